import { CALL_MS, CALL_SIGMA, CLIENT_POLL_MS } from './assumptions.js'
import type { Execution } from './athena.js'
import type { Backend } from './backend.js'
import { WRITE_UNITS } from './capacity.js'
import { hashOf } from './random.js'
import { type Finish, request } from './requests.js'
import type { TokenBucket } from './tokenBucket.js'

/** How the engine's adapter goes on when Athena throttles a call, and how it looks at a running statement. */
const WAITS_MS = [200, 400, 800, 1_600]
const FIRST_POLL_MS = 100
const LAST_POLL_MS = 1_000
const SYNC_TIMEOUT_MS = 25_000

/** How long the tracker looks for a task. Source: `trackEvent`. */
const TRACKER_WAIT_MS = 4_000

/** GSI1 partition of the tasks that run. */
const RUNNING = 'running tasks'

/** Starts a statement as the adapter does: again after each refusal, five times in all. */
function start(
  backend: Backend,
  table: number,
  files: number,
  onEnd: () => void,
  done: (execution: Execution | undefined) => void,
  tries = 0,
): void {
  const { simulation, random, athena, workload } = backend
  simulation.after(random.logNormal(CALL_MS['athena:StartQueryExecution'], CALL_SIGMA), () => {
    const execution = athena.start(table, workload.sql.partitions, files, onEnd)
    if (execution) return done(execution)
    const wait = WAITS_MS[tries]
    if (wait === undefined) return done(undefined)
    simulation.after(wait * (0.5 + random.unit()), () => start(backend, table, files, onEnd, done, tries + 1))
  })
}

/** A look at an execution; false when it stayed throttled. */
function look(
  { simulation, random }: Backend,
  looks: TokenBucket,
  done: (seen: boolean) => void,
  tries = 0,
): void {
  simulation.after(random.logNormal(CALL_MS['athena:GetQueryExecution'], CALL_SIGMA), () => {
    if (looks.take()) return done(true)
    const wait = WAITS_MS[tries]
    if (wait === undefined) return done(false)
    simulation.after(wait * (0.5 + random.unit()), () =>
      look({ simulation, random } as Backend, looks, done, tries + 1),
    )
  })
}

/** A SYNC statement: the function waits for its end, at most 25 seconds. */
export function runSync(backend: Backend, table: number, files: number, finish: Finish): void {
  const { simulation, random, athena } = backend
  const deadline = simulation.now + SYNC_TIMEOUT_MS
  const poll = (execution: Execution, wait: number): void => {
    if (simulation.now >= deadline) {
      execution.stop()
      finish('Timeout')
      return
    }
    simulation.after(Math.min(wait, deadline - simulation.now), () =>
      look(backend, athena.looks, (seen) => {
        if (!seen) {
          execution.stop()
          finish('Throttled')
          return
        }
        if (execution.state === 'RUNNING')
          return poll(execution, Math.min(LAST_POLL_MS, Math.max(FIRST_POLL_MS, wait * 1.5)))
        const read = random.logNormal(CALL_MS['athena:GetQueryResults'], CALL_SIGMA)
        simulation.after(read, () => finish())
      }),
    )
  }
  // Athena tells of this execution too, and the tracker looks for a task that it never has.
  const track = () => {
    backend.lambda.invoke('executionTracker', (free) => simulation.after(TRACKER_WAIT_MS, free))
  }
  start(backend, table, files, track, (execution) =>
    execution ? poll(execution, FIRST_POLL_MS) : finish('Throttled'),
  )
}

/** A task: it is stored, runs on, and its client asks for it until it has ended. */
export function startTask(backend: Backend, table: number, files: number, finish: Finish): void {
  const { index, table: items, athena, random, simulation, lambda } = backend
  const hash = hashOf(Math.floor(random.unit() * 4_294_967_296))
  const store = () => {
    items.of(hash).write.take(WRITE_UNITS)
    index.of(RUNNING).write.take(WRITE_UNITS)
  }
  // Athena's event starts the tracker, which ends the task and takes it out of the index.
  const track = () => {
    const ran = lambda.invoke('executionTracker', (free) =>
      look(backend, athena.looks, () => {
        store()
        free()
      }),
    )
    if (!ran) simulation.after(60_000, track)
  }
  start(backend, table, files, track, (execution) => {
    if (!execution) return finish('Throttled')
    store()
    finish()
    const ask = () => {
      request(backend, 'taskResult', (answer) =>
        look(backend, athena.looks, (seen) => answer(seen ? undefined : 'Throttled')),
      )
      if (execution.state === 'RUNNING') simulation.after(CLIENT_POLL_MS, ask)
    }
    simulation.after(CLIENT_POLL_MS, ask)
  })
}
