import type { OperationKind } from '../../src/model/types.js'
import { APPSYNC_MS, CALL_MS, CALL_SIGMA, HANDLER_MS, THROTTLE_WAITS_MS } from './assumptions.js'
import { type Backend, listKey } from './backend.js'
import { LIST_CHUNK, pageUnits, READ_UNITS, TRANSACTION_WRITE_UNITS, WRITE_UNITS } from './capacity.js'
import { hashOf } from './random.js'
import { callsOf } from './recordedCalls.js'
import { runSync, startTask } from './statements.js'
import { KEY_SKEW, TYPE_SKEW, typeShare } from './workload.js'

/** What a request ends with: undefined when it went well, else an error code. */
export type Finish = (failure?: string) => void

/** One request from AppSync to its answer. */
export function request(backend: Backend, kind: OperationKind, body: (finish: Finish) => void): void {
  const { simulation, tokens, lambda } = backend
  const answers = backend.answersOf(kind)
  const began = simulation.now
  const fail = (code: string) => {
    answers.failed.set(code, (answers.failed.get(code) ?? 0) + 1)
  }
  if (!tokens.take()) {
    fail('AppSync')
    return
  }
  const type = backend.random.zipf(backend.workload.types, TYPE_SKEW)
  const ran = lambda.invoke(`${kind} ${type}`, (finish) => {
    simulation.after(HANDLER_MS, () =>
      body((failure) => {
        finish()
        answers.latency.add(simulation.now - began + APPSYNC_MS)
        if (failure !== undefined) fail(failure)
      }),
    )
  })
  if (!ran) fail('Lambda')
}

/** A request of the workload's mix. */
export function randomRequest(backend: Backend, kind: OperationKind): void {
  request(backend, kind, (finish) => operate(backend, kind, finish))
}

function operate(backend: Backend, kind: OperationKind, finish: Finish): void {
  const { simulation, random, calls } = backend
  const type = random.zipf(backend.workload.types, TYPE_SKEW)
  const { types } = backend.workload
  const rows = Math.max(1, Math.round(backend.workload.rows * backend.load * typeShare(type, types)))
  const known = () => hashOf(random.zipf(rows, KEY_SKEW) * types + type)
  const fresh = () => hashOf(Math.floor(random.unit() * 4_294_967_296))
  switch (kind) {
    case 'read': {
      const hash = known()
      const take = () => backend.table.of(hash).read.take(READ_UNITS)
      attempt(backend, take, CALL_MS['dynamodb:GetItem'], finish)
      return
    }
    case 'list': {
      const units = pageUnits(LIST_CHUNK) * (callsOf(calls, 'list', 'dynamodb:Query') / 4)
      const shards = [0, 1, 2, 3].map((shard) => backend.index.of(listKey(type, shard)))
      const take = () => shards.map(({ read }) => read.take(units)).every(Boolean)
      attempt(backend, take, CALL_MS['dynamodb:Query'] * 1.5, finish)
      return
    }
    case 'create':
      write(backend, kind, type, fresh(), 'today', finish)
      return
    case 'update':
    case 'delete':
      write(backend, kind, type, known(), `${Math.floor(random.unit() * 30)} days ago`, finish)
      return
    case 'insertRelation':
      insert(backend, [known(), known()], fresh(), type, finish)
      return
    case 'syncQuery':
      runSync(backend, type, Math.round(rows * backend.workload.sql.rowsShare), finish)
      return
    case 'triggerTask':
      startTask(backend, type, Math.round(rows * backend.workload.sql.rowsShare), finish)
      return
    case 'taskResult':
      simulation.after(0, () => finish())
      return
  }
}

/** One call that DynamoDB may throttle: the SDK tries twice more, then it is the client's. */
function attempt(backend: Backend, take: () => boolean, medianMs: number, finish: Finish, tries = 0): void {
  const { simulation, random } = backend
  simulation.after(random.logNormal(medianMs, CALL_SIGMA), () => {
    if (take()) return finish()
    const wait = THROTTLE_WAITS_MS[tries]
    if (wait === undefined) return finish('Throttled')
    simulation.after(random.unit() * wait, () => attempt(backend, take, medianMs, finish, tries + 1))
  })
}

/** A conditional write of one item and of its copy in GSI1. When the index can't take it, the table doesn't either. */
function write(
  backend: Backend,
  kind: 'create' | 'update' | 'delete',
  type: number,
  hash: number,
  day: string,
  finish: Finish,
): void {
  const { table, index, stream, cascades, random } = backend
  const partition = table.of(hash)
  const list = index.of(listKey(type, hash))
  const take = () => {
    const fits = partition.write.has(WRITE_UNITS) && list.write.has(WRITE_UNITS)
    const took = [partition.write.take(WRITE_UNITS), list.write.take(WRITE_UNITS)]
    return fits && took.every(Boolean)
  }
  attempt(backend, take, CALL_MS['dynamodb:PutItem'], (failure) => {
    finish(failure)
    if (failure !== undefined) return
    const onProjected =
      kind === 'delete'
        ? () => {
            const work = random.logNormal(CALL_MS['dynamodb:Query'] * 2 + CALL_MS.transaction, CALL_SIGMA)
            cascades.serve(work, (waited) => backend.cascadeWaits.add(waited))
          }
        : undefined
    stream.add({
      shard: partition.index,
      hash,
      prefix: `${type} ${day}`,
      ...(onProjected && { onProjected }),
    })
  })
}

/** Tries of a transaction that collides with another one, and its longest wait. Source: `CONFLICT_BACKOFF`. */
const CONFLICT_TRIES = 12
const CONFLICT_BASE_MS = 20
const CONFLICT_CAP_MS = 800

/** A relation: one read of all around it, then one transaction over its items and the entities that it names. */
function insert(
  backend: Backend,
  entities: readonly number[],
  hash: number,
  type: number,
  finish: Finish,
): void {
  const { simulation, random, table, held, conflicts, stream } = backend
  const partitions = [...entities, ...entities.map((one) => hashOf(one)), hash].map((one) => table.of(one))
  const transact = (tries: number): void => {
    if (entities.some((one) => (held.get(one) ?? 0) > simulation.now)) {
      conflicts.met += 1
      if (tries + 1 >= CONFLICT_TRIES) {
        conflicts.lost += 1
        finish('Throttled')
        return
      }
      const wait = random.unit() * Math.min(CONFLICT_CAP_MS, CONFLICT_BASE_MS * 2 ** (tries + 1))
      simulation.after(wait, () => transact(tries + 1))
      return
    }
    const duration = random.logNormal(CALL_MS.transaction, CALL_SIGMA)
    for (const one of entities) held.set(one, simulation.now + duration)
    const take = () => partitions.map(({ write }) => write.take(TRANSACTION_WRITE_UNITS)).every(Boolean)
    attempt(backend, take, duration, (failure) => {
      finish(failure)
      if (failure === undefined) {
        stream.add({ shard: table.of(hash).index, hash, prefix: `relations ${type} today` })
      }
    })
  }
  simulation.after(random.logNormal(CALL_MS['dynamodb:BatchGetItem'], CALL_SIGMA), () => transact(0))
}
