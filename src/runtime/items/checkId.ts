import { AppError } from '../../errors/appError.js'
import { isValidId, MAX_ID_BYTES } from '../../model/ids.js'

/** Refuses what no item can have as its id. `name` is how the client calls it. */
export function checkId(id: unknown, name = 'id'): string {
  if (typeof id === 'string' && isValidId(id)) return id
  throw new AppError(
    'BadInput',
    `The value of ${name} is not an id: expected 1 to ${MAX_ID_BYTES} UTF-8 bytes without control characters.`,
  )
}
