import { AppError } from '../../errors/appError.js'
import type { Json } from '../../model/json.js'

/** The page size asked for; `fallback` when the client gave null. */
export function checkLimit(limit: Json | undefined, fallback: number, most: number): number {
  if (limit === undefined || limit === null) return fallback
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
  throw new AppError('BadInput', `The limit is ${String(limit)}: expected a whole number from 1 to ${most}.`)
}
