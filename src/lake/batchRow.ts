import type { LakeTable } from '../model/lakeSchema.js'
import type { Item } from '../ports/itemTable.js'
import { rowReader } from './itemValues.js'
import { PARQUET_FORMS, type ParquetValue } from './parquetSchema.js'
import { UnfitItemError } from './unfitItemError.js'

/** A row of a batch: an item's state, or a tombstone. */
export interface BatchRow {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly incarnation: string
  readonly rev: number
  /** In the order of the table's columns; absent in a tombstone. */
  readonly values?: readonly ParquetValue[]
}

/** Which item, and which of its lives: what the lake keeps one row of. */
export type RowKey = Pick<BatchRow, 'id' | 'createdAt' | 'incarnation'>

/**
 * Revision of the tombstone of an item that is gone. Past every row's: an incarnation that has ended never comes back,
 * whatever state of it anybody may still hold.
 */
export const GONE_REV = Number.MAX_SAFE_INTEGER

export function tombstoneOf({ id, createdAt, incarnation }: RowKey, rev: number = GONE_REV): BatchRow {
  return { id, createdAt, incarnation, rev }
}

/** Makes rows of a table's items. Throws `UnfitItemError`. */
export function batchRowMaker(table: LakeTable): (item: Item) => BatchRow {
  const read = rowReader<ParquetValue>(table, PARQUET_FORMS)
  return (item) => {
    const { id, createdAt, values } = read(item)
    const { _rev: rev, _incarnation: incarnation } = item
    if (typeof rev !== 'number' || typeof incarnation !== 'string') {
      throw new UnfitItemError('The item has no revision or no incarnation.')
    }
    return { id, createdAt, incarnation, rev, values: values.slice(0, table.columns.length) }
  }
}

/** A text that is the same for rows of one key only. */
export function rowKeyText({ id, createdAt, incarnation }: RowKey): string {
  return `${createdAt} ${incarnation.length} ${incarnation}${id}`
}

/** The newest state of each key, in the order in which the keys come first. A tombstone wins over a row of its revision. */
export function newestRows(rows: Iterable<BatchRow>): BatchRow[] {
  const newest = new Map<string, BatchRow>()
  for (const row of rows) {
    const key = rowKeyText(row)
    const other = newest.get(key)
    if (!other || isNewer(row, other)) newest.set(key, row)
  }
  return [...newest.values()]
}

function isNewer(one: BatchRow, other: BatchRow): boolean {
  return one.rev > other.rev || (one.rev === other.rev && one.values === undefined)
}

/** Months of rows, `YYYY-MM` in UTC, sorted. */
export function monthsOf(rows: Iterable<Pick<BatchRow, 'createdAt'>>): string[] {
  const months = new Set<string>()
  for (const { createdAt } of rows) months.add(new Date(createdAt).toISOString().slice(0, 7))
  return [...months].sort()
}
