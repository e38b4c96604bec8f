import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../ports/system.js'
import type { RuntimeContext } from '../runtime/context.js'
import { followExecution } from '../runtime/tasks/followExecution.js'
import { sweepTasks } from '../runtime/tasks/sweepTasks.js'

export interface ExecutionTracker {
  /** Tells that an execution has ended. Returns at once. */
  onFinished(executionId: string): void
  /** Looks after every task that still runs: what a crash left behind. */
  sweep(): Promise<number>
  close(): Promise<void>
}

/** Brings tasks up to date when their executions end. `context` is asked for at each use, since reloads change it. */
export function startExecutionTracker(context: () => RuntimeContext, log: Logger): ExecutionTracker {
  const underWay = new Set<Promise<void>>()
  const stop = new AbortController()
  const following = {
    log,
    sleep: (milliseconds: number) => sleep(milliseconds, undefined, { signal: stop.signal }),
  }

  async function follow(executionId: string): Promise<void> {
    const outcome = await followExecution(context(), executionId, following)
    if (outcome === 'unknownTask') log.warn('An execution has no task', { executionId })
  }

  function onFinished(executionId: string): void {
    const work = follow(executionId)
      .catch(() => undefined) // It has been logged, or `stop` has ended it; the next start sweeps.
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }

  return {
    onFinished,
    async sweep() {
      const { found } = await sweepTasks(context(), async (taskId) => onFinished(taskId))
      return found
    },
    async close() {
      stop.abort()
      await Promise.all(underWay)
    },
  }
}
