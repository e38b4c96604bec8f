import { AppError } from '../../errors/appError.js'
import type { SqlError } from '../../ports/sqlEngine.js'

/** Work that SQL could not do, for the user. Its log says more. */
export function failedWork(cause: SqlError): AppError {
  return new AppError(
    'Internal',
    'SQL could not do it, and everything is as it was. The log of the host says why; run the command again after that.',
    { cause },
  )
}
