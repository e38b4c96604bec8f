import type { DuckDBConnection } from '@duckdb/node-api'
import { type DayNumber, dayOfMicros } from '../lake/days.js'
import { engineFailure, isFatal, isPassing } from './failures.js'
import { type Image, type ImageTable, inTransaction } from './image.js'
import { ATTEMPTS, type PendingBatch, type PendingRow } from './pendingRows.js'
import { removeRows } from './removeRows.js'
import { openRowAppender } from './rowAppender.js'
import type { LakeRow } from './rowValues.js'

/** Makes a dead letter of a row that the image can't hold. Durable when it resolves. */
export type Bury = (row: PendingRow, error: string) => Promise<void>

/**
 * Brings rows into the image, in one transaction together with the position. A row that does not fit is buried, and
 * what the image held of its id goes: the image is what it would be if it were made anew. Nobody else waits for it.
 *
 * Throws failures that have nothing to do with the rows; nothing is applied then, and the batch can be tried again.
 */
export async function applyBatch(image: Image, batch: PendingBatch, bury: Bury): Promise<void> {
  for (const row of batch.rows) if (row.unfit !== undefined) await bury(row, row.unfit)
  try {
    await applyRows(image, batch.rows, batch.position)
  } catch (error) {
    if (isFatal(error) || isPassing(error)) throw error
    await applyApart(image, batch.rows, bury, error)
    await applyRows(image, [], batch.position)
  }
  if (batch.position !== undefined) image.position = batch.position
}

/** The engine refuses one of the rows: finds it by halving. */
async function applyApart(
  image: Image,
  rows: readonly PendingRow[],
  bury: Bury,
  cause: unknown,
): Promise<void> {
  const [first] = rows
  if (!first) throw cause
  if (rows.length === 1) return applySingly(image, first, bury)
  const middle = rows.length >> 1
  for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
    try {
      await applyRows(image, half, undefined)
    } catch (error) {
      if (isFatal(error) || isPassing(error)) throw error
      await applyApart(image, half, bury, error)
    }
  }
}

async function applySingly(image: Image, row: PendingRow, bury: Bury): Promise<void> {
  let reason = ''
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      return await applyRows(image, [row], undefined)
    } catch (error) {
      if (isFatal(error) || isPassing(error)) throw error
      reason = engineFailure(error).text
    }
  }
  await bury(row, reason)
  const { row: _refused, ...gone } = row
  await applyRows(image, [gone], undefined)
}

async function applyRows(
  image: Image,
  rows: readonly PendingRow[],
  position: number | undefined,
): Promise<void> {
  const { writer } = image
  const days = daysOf(rows)
  await inTransaction(writer, async () => {
    for (const [table, own] of byTable(rows)) {
      image.removedRows += await removeRows(writer, table, own)
      await addRows(
        writer,
        table,
        own.flatMap(({ row }) => (row ? [row] : [])),
      )
    }
    await image.dirty?.mark(writer, days)
    if (position !== undefined) await writer.run(`UPDATE meta.image SET position = ${position}`)
  })
  image.dirty?.committed(days)
}

/** Days that rows leave or come to. */
export function daysOf(rows: Iterable<PendingRow>): Map<string, Set<DayNumber>> {
  const tables = new Map<string, Set<DayNumber>>()
  for (const { table, times } of rows) {
    const { name } = table.table
    let days = tables.get(name)
    if (!days) {
      days = new Set()
      tables.set(name, days)
    }
    for (const { micros } of times) days.add(dayOfMicros(micros))
  }
  return tables
}

/** Rows of each table. */
export function byTable(rows: readonly PendingRow[]): Map<ImageTable, PendingRow[]> {
  const tables = new Map<ImageTable, PendingRow[]>()
  for (const row of rows) {
    const own = tables.get(row.table)
    if (own) own.push(row)
    else tables.set(row.table, [row])
  }
  return tables
}

/** Inside a transaction. */
export async function addRows(
  writer: DuckDBConnection,
  { table, order }: ImageTable,
  rows: readonly LakeRow[],
): Promise<void> {
  if (rows.length === 0) return
  const appender = await openRowAppender(writer, table, order && { order })
  try {
    for (const row of rows) appender.append(row)
    appender.close()
  } finally {
    appender.discard()
  }
}
