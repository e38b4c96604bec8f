import type { QueryExecution } from '@aws-sdk/client-athena'
import type { SqlExecution } from '../../../ports/sqlEngine.js'
import { athenaFailure } from './athenaFailure.js'

/** An execution as the port tells it. `now`, in milliseconds since 1970, stands in where Athena gives no end. */
export function executionState(execution: QueryExecution, now: number): SqlExecution {
  const { Status: status } = execution
  const finishedAt = (status?.CompletionDateTime ?? new Date(now)).toISOString()
  switch (status?.State) {
    case 'SUCCEEDED':
      return { state: 'SUCCEEDED', finishedAt }
    case 'CANCELLED':
      return { state: 'FAILED', reason: 'cancelled', message: 'The statement was cancelled.', finishedAt }
    case 'FAILED': {
      const category = status.AthenaError?.ErrorCategory
      const text = status.StateChangeReason ?? status.AthenaError?.ErrorMessage ?? ''
      const failure = athenaFailure({ text, ...(category !== undefined && { category }) })
      return { state: 'FAILED', ...failure, finishedAt }
    }
    default:
      return { state: 'RUNNING' }
  }
}
