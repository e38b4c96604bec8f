import { setTimeout as sleep } from 'node:timers/promises'
import { RUNNING_TASKS } from '../model/keys.js'
import type { Logger } from '../ports/system.js'
import type { RuntimeContext } from '../runtime/context.js'
import { taskOf } from '../runtime/tasks/taskItem.js'
import { trackExecution } from '../runtime/tasks/trackExecution.js'

export interface ExecutionTracker {
  /** Tells that an execution has ended. Returns at once. */
  onFinished(executionId: string): void
  /** Looks after every task that still runs: what a crash left behind. */
  sweep(): Promise<number>
  close(): Promise<void>
}

/** An event may come before its task is stored, and the store may be busy: pauses in milliseconds between attempts. */
const PAUSES = [20, 50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000]

/** Brings tasks up to date when their executions end. `context` is asked for at each use, since reloads change it. */
export function startExecutionTracker(context: () => RuntimeContext, log: Logger): ExecutionTracker {
  const underWay = new Set<Promise<void>>()
  const stop = new AbortController()

  async function follow(executionId: string): Promise<void> {
    for (const pause of [0, ...PAUSES]) {
      if (pause > 0) await sleep(pause, undefined, { signal: stop.signal })
      try {
        if ((await trackExecution(context(), executionId)) === 'tracked') return
      } catch (error) {
        log.warn('A task could not be brought up to date and is tried again', { executionId, error })
      }
    }
    log.warn('An execution has no task', { executionId })
  }

  function onFinished(executionId: string): void {
    const work = follow(executionId)
      .catch(() => undefined) // Only `stop` ends it early; the next start sweeps.
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }

  return {
    onFinished,
    async sweep() {
      const { table } = context()
      let found = 0
      let start: Awaited<ReturnType<typeof table.queryIndex>>['next']
      do {
        const page = await table.queryIndex({
          partition: RUNNING_TASKS,
          limit: 1000,
          ...(start && { start }),
        })
        for (const item of page.items) {
          const task = taskOf(item)
          if (task.phase !== 'query') continue
          found += 1
          onFinished(task.id)
        }
        start = page.next
      } while (start)
      return found
    },
    async close() {
      stop.abort()
      await Promise.all(underWay)
    },
  }
}
