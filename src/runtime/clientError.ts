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
  if (error instanceof SqlError && error.reason === 'unavailable') {
    return new AppError('Throttled', 'SQL is not available at the moment: try again.', { cause: error })
  }
  return error
}
