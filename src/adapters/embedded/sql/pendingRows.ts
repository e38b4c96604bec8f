import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DuckDBTimestampValue } from '@duckdb/node-api'
import { UnfitItemError } from '../../../lake/unfitItemError.js'
import type { ItemKey } from '../../../model/keys.js'
import type { Change } from '../../../ports/changes.js'
import type { Item } from '../../../ports/itemTable.js'
import type { FeedRecord, StoreTable } from '../store/store.js'
import type { ImageTable } from './image.js'
import { type LakeRow, timestampOf } from './rowValues.js'

/** What one key's changes come to: rows that go, and the row that comes. */
export interface PendingRow {
  readonly table: ImageTable
  readonly id: string
  /** The last change of the key. */
  readonly change: Change
  /** Times under which the image may hold a row of this id. */
  readonly times: readonly DuckDBTimestampValue[]
  /** The item's present state; absent when it is gone, or does not fit. */
  readonly row?: LakeRow
  /** Why the present state does not fit. */
  readonly unfit?: string
}

/** Rows that go into one transaction. */
export interface PendingBatch {
  readonly rows: readonly PendingRow[]
  readonly changes: number
  /** The feed is applied up to here once the rows are in; undefined when a record is cut in two. */
  readonly position: number | undefined
}

/** Most values of a batch, roughly in bytes: they are in memory all at once. */
const BATCH_BYTES = 48 * 1024 * 1024

/** Keys between two turns of the event loop, so that a statement can be stopped meanwhile. */
const KEYS_A_TURN = 500

/**
 * Reads the present state of everything that the records mention, in batches of bounded size. A change is only a
 * hint: an item may be newer than it, and its row is written again when the later change is reached.
 */
export async function* pendingBatches(
  table: StoreTable,
  tables: ReadonlyMap<string, ImageTable>,
  records: readonly FeedRecord[],
): AsyncGenerator<PendingBatch> {
  let rows = new Map<string, PendingRow>()
  let changes = 0
  let bytes = 0
  let position: number | undefined
  let keys = 0
  for (const record of records) {
    for (const change of record.changes) {
      const target = tables.get((change.new ?? change.old)?.entityType ?? '')
      changes += 1
      if (!target) continue
      const known = rows.get(change.key.PK)
      const row = readRow(table, target, change, known)
      rows.set(change.key.PK, row)
      if (!known) bytes += roughBytes(row)
      keys += 1
      if (keys % KEYS_A_TURN === 0) await nextTurn()
      if (bytes < BATCH_BYTES) continue
      yield { rows: [...rows.values()], changes, position }
      rows = new Map()
      changes = 0
      bytes = 0
    }
    position = record.sequence
  }
  yield { rows: [...rows.values()], changes, position }
}

/** The id in a key: what follows the first `#`. */
export function idOfKey(key: ItemKey): string {
  return key.PK.slice(key.PK.indexOf('#') + 1)
}

/** The row of an item whose key holds this id. Throws `UnfitItemError`. */
export function rowOfItem(table: ImageTable, id: string, item: Item): LakeRow {
  const row = table.rowOf(item)
  if (row.id !== id) throw new UnfitItemError(`${table.table.idColumn} is not the one of the item's key.`)
  return row
}

/** Only a damaged item does not fit; it is read again, in case it was being repaired. */
export const ATTEMPTS = 3

/** The present state of what a change is about. `known` is what earlier changes of the same key have come to. */
export function readRow(
  store: StoreTable,
  table: ImageTable,
  change: Change,
  known: PendingRow | undefined,
): PendingRow {
  const id = idOfKey(change.key)
  const times = [...(known?.times ?? [])]
  const texts = new Set([change.old?.createdAt, change.new?.createdAt])
  for (const text of texts) if (text !== undefined) addTime(times, timestampOf(text))
  let unfit = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const item = store.read(change.key)
    if (!item) return { table, id, change, times }
    try {
      const row = rowOfItem(table, id, item)
      addTime(times, row.createdAt)
      return { table, id, change, times, row }
    } catch (error) {
      if (!(error instanceof UnfitItemError)) throw error
      unfit = error.message
    }
  }
  return { table, id, change, times, unfit }
}

function addTime(times: DuckDBTimestampValue[], time: DuckDBTimestampValue | undefined): void {
  if (time && !times.some(({ micros }) => micros === time.micros)) times.push(time)
}

const BYTES_OF_SMALL_VALUE = 16

function roughBytes({ row }: PendingRow): number {
  let bytes = 100
  for (const value of row?.values ?? []) bytes += roughSize(value)
  return bytes
}

function roughSize(value: unknown): number {
  if (typeof value === 'string') return BYTES_OF_SMALL_VALUE + value.length
  if (typeof value !== 'object' || value === null) return BYTES_OF_SMALL_VALUE
  const parts = 'items' in value ? value.items : 'entries' in value ? value.entries : undefined
  if (typeof parts !== 'object' || parts === null) return BYTES_OF_SMALL_VALUE
  return Object.values(parts).reduce((sum: number, part) => sum + roughSize(part), BYTES_OF_SMALL_VALUE)
}
