import type { Logger } from '../../../../ports/system.js'
import type { DeletionContext } from '../../../../runtime/context.js'
import { followExecution } from '../../../../runtime/tasks/followExecution.js'
import { sweepTasks } from '../../../../runtime/tasks/sweepTasks.js'
import { trackExecution } from '../../../../runtime/tasks/trackExecution.js'
import { executionEventOf, type TrackerEvent } from '../../events/executionEvent.js'

export interface TrackerParts {
  readonly context: DeletionContext
  readonly workgroup: string
  readonly log: Logger
  readonly sleep: (milliseconds: number) => Promise<unknown>
}

/**
 * Pauses between looks for the task of an execution, in milliseconds. It is stored right after its execution has started,
 * long before that ends; one of a SYNC statement never has any, and must not keep a function waiting. What comes still
 * later is found by the schedule's sweep.
 */
const PAUSES = [250, 750]

/** Brings the task of an event up to date or, at an event of the schedule, all that run. Throws for Lambda to try again. */
export async function trackEvent(event: TrackerEvent, parts: TrackerParts): Promise<void> {
  const { context, workgroup, log, sleep } = parts
  const subject = executionEventOf(event, workgroup)
  if (subject === undefined) return
  if (subject === 'sweep') return sweep(parts)
  const { executionId } = subject
  const outcome = await followExecution(context, executionId, { log, sleep, pauses: PAUSES })
  if (outcome === 'unknownTask') log.debug('An execution has no task', { executionId })
}

/** What looking after one task takes at most, in milliseconds. A function with less time than other work reserves sweeps, too. */
const RESERVED_MS = 10_000

async function sweep({ context, log }: TrackerParts): Promise<void> {
  let failed = 0
  const hasTime = { ...context, limits: { ...context.limits, reservedMs: RESERVED_MS } }
  const { found, complete } = await sweepTasks(hasTime, async (taskId) => {
    try {
      await trackExecution(context, taskId)
    } catch (error) {
      // The others must not wait for this one, which the next sweep finds again.
      failed += 1
      log.warn('A task could not be brought up to date', { taskId, error })
    }
  })
  if (failed > 0) throw new Error(`${failed} of ${found} tasks could not be brought up to date.`)
  if (!complete) log.warn('There was no time to look after every task', { found })
}
