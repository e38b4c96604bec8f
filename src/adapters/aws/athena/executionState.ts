import type { QueryExecution, QueryExecutionStatus } from '@aws-sdk/client-athena'
import type { SqlExecution } from '../../../ports/sqlEngine.js'
import { type AthenaFailure, athenaFailure, isCancelledByAthena } from './athenaFailure.js'

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

function failureOf({ AthenaError: error, StateChangeReason: reason }: QueryExecutionStatus): AthenaFailure {
  const category = error?.ErrorCategory
  return athenaFailure({
    text: reason ?? error?.ErrorMessage ?? '',
    ...(category !== undefined && { category }),
  })
}
