import { AppError } from '../errors/appError.js'
import { SqlError } from '../ports/sqlEngine.js'
import { StoreError } from '../ports/storeError.js'

/** Failures of ports that a client should know of, as such; everything else as it is. */
export function clientError(error: unknown): unknown {
  if (error instanceof StoreError) {
    if (error.failure === 'itemTooLarge') {
      return new AppError('BadInput', 'The item would be larger than 400 KB.', { cause: error })
    }
    if (error.failure === 'throttled') {
      return new AppError('Throttled', 'Too much to do at the moment: try again.', { cause: error })
    }
  }
  if (error instanceof StoreError && error.failure === 'unavailable') {
    return new AppError('Internal', UNAVAILABLE, { cause: error })
  }
  return error instanceof SqlError ? sqlClientError(error) : error
}

const UNAVAILABLE = 'The table can not be reached or written at the moment: try again later.'

function sqlClientError(error: SqlError): AppError {
  switch (error.reason) {
    case 'lakeChanged':
    case 'unavailable':
      return new AppError('Throttled', 'SQL is not available at the moment: try again.', { cause: error })
    case 'timeout':
      return new AppError('Timeout', error.message, { cause: error })
    default:
      return new AppError('TaskFailed', error.message, { cause: error })
  }
}
