import { ITEM_BYTES } from './assumptions.js'
import { READ_UNIT_BYTES, TRANSACTION_FACTOR, WRITE_UNIT_BYTES } from './limits.js'

/** Write units of one item. */
export const WRITE_UNITS = Math.ceil(ITEM_BYTES / WRITE_UNIT_BYTES)

/** Write units of one item in a transaction. */
export const TRANSACTION_WRITE_UNITS = TRANSACTION_FACTOR * WRITE_UNITS

/** Read units of one item, consistently. */
export const READ_UNITS = Math.ceil(ITEM_BYTES / READ_UNIT_BYTES)

/** Read units of a page of that many items from an index, eventually consistent. */
export function pageUnits(items: number): number {
  return Math.ceil((items * ITEM_BYTES) / READ_UNIT_BYTES) / 2
}

/** Items that `list` asks each of its four partitions for, at its default of 100. Source: `listEntities`. */
export const LIST_CHUNK = 29
