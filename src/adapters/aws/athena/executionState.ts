import type { QueryExecution, QueryExecutionStatus } from '@aws-sdk/client-athena'
import type { SqlExecution } from '../../../ports/sqlEngine.js'
import { type AthenaFailure, athenaFailure, isCancelledByAthena, UNAVAILABLE } from './athenaFailure.js'

/** An execution as the port tells it. `now`, in milliseconds since 1970, stands in where Athena gives no end. */
export function executionState(execution: QueryExecution, now: number): SqlExecution {
  const { Status: status } = execution
  const finishedAt = (status?.CompletionDateTime ?? new Date(now)).toISOString()
  switch (status?.State) {
    case 'SUCCEEDED':
      return { state: 'SUCCEEDED', finishedAt }
    case 'CANCELLED':
      if (!isCancelledByAthena(status.StateChangeReason ?? '')) {
        return { state: 'FAILED', reason: 'cancelled', message: 'The statement was cancelled.', finishedAt }
      }
      return { state: 'FAILED', ...failureOf(status), finishedAt }
    case 'FAILED':
      return { state: 'FAILED', ...failureOf(status), finishedAt }
    default:
      return { state: 'RUNNING' }
  }
}

/**
 * How long a statement may take that names the objects which it reads, in milliseconds from when it was handed in: less than
 * their `KeeperSettings.queryMs`, since its manifest was read before. Athena's limit of 30 minutes leaves out the time in
 * its queue.
 */
const NAMING_MS = 33 * 60_000

/**
 * The same of a statement that names the objects which it reads, and sees no row of those that are gone. So one that took
 * too long has failed, and none is told to be worth another start: an object that is gone is not even listed then.
 */
export function namingExecutionState(execution: QueryExecution, now: number): SqlExecution {
  const state = executionState(execution, now)
  if (state.state === 'RUNNING') return state
  const { SubmissionDateTime: begin, CompletionDateTime: end } = execution.Status ?? {}
  const isLate = begin !== undefined && end !== undefined && end.getTime() - begin.getTime() > NAMING_MS
  const isStale = state.state === 'FAILED' ? state.reason === 'lakeChanged' : isLate
  const { finishedAt } = state
  return isStale ? { state: 'FAILED', reason: 'unavailable', message: UNAVAILABLE, finishedAt } : state
}

function failureOf({ AthenaError: error, StateChangeReason: reason }: QueryExecutionStatus): AthenaFailure {
  const category = error?.ErrorCategory
  return athenaFailure({
    text: reason ?? error?.ErrorMessage ?? '',
    ...(category !== undefined && { category }),
  })
}
