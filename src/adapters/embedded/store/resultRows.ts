import type { SqlRow } from '../../../ports/sqlEngine.js'
import type { Environment } from './environment.js'
import { decodeSequence, sequenceKey } from './feedRecords.js'

/** Stores rows in the current write transaction, in chunks: one row of JSON a line, which holds no line break itself. */
export function appendRows(
  { rows: section }: Environment,
  id: string,
  firstRow: number,
  rows: readonly SqlRow[],
): void {
  let lines: string[] = []
  let length = 0
  let first = firstRow
  const flush = () => {
    if (lines.length > 0) section.put(chunkKey(id, first), lines.join('\n'))
    first += lines.length
    lines = []
    length = 0
  }
  for (const row of rows) {
    const line = JSON.stringify(row)
    lines.push(line)
    length += line.length
    if (lines.length >= CHUNK_ROWS || length >= CHUNK_LENGTH) flush()
  }
  flush()
}

/** Rows from a number on, at most `limit` and about `maxBytes`, at least one if there is one. */
export function readRows(
  { rows: section }: Environment,
  id: string,
  { firstRow, limit, maxBytes }: { firstRow: number; limit: number; maxBytes: number },
): { rows: SqlRow[]; next?: number } {
  const chosen: string[] = []
  let bytes = 0
  let row = firstRow
  for (const { key, value } of section.getRange({
    start: chunkOf(section, id, firstRow),
    end: chunkKey(id, LAST),
  })) {
    const chunkStart = decodeSequence(key.subarray(-8))
    const lines = value.split('\n')
    for (let at = row - chunkStart; at >= 0 && at < lines.length; at++) {
      const line = lines[at] as string
      bytes += Buffer.byteLength(line)
      if (chosen.length > 0 && (chosen.length >= limit || bytes > maxBytes)) {
        return { rows: parseRows(chosen), next: row }
      }
      chosen.push(line)
      row++
    }
  }
  return { rows: parseRows(chosen) }
}

/** Removes some of a result's rows in the current write transaction; false when there are no more. */
export function deleteRowsPart({ rows: section }: Environment, id: string): boolean {
  const range = { start: chunkKey(id, 0), end: chunkKey(id, LAST), limit: DELETE_PART }
  const keys = [...section.getKeys(range)]
  for (const key of keys) section.remove(key)
  return keys.length === DELETE_PART
}

/** A chunk is closed once it has this many rows or characters. */
const CHUNK_ROWS = 500
const CHUNK_LENGTH = 128 * 1024

/** Chunks removed in one transaction. */
const DELETE_PART = 500

const LAST = Number.MAX_SAFE_INTEGER

function chunkKey(id: string, firstRow: number): Buffer {
  return Buffer.concat([Buffer.from(`${id}\0`), sequenceKey(firstRow)])
}

/** Key of the chunk that holds a row, or where it would be. */
function chunkOf(section: Environment['rows'], id: string, row: number): Buffer {
  const [found] = section.getKeys({
    start: chunkKey(id, row),
    end: chunkKey(id, 0),
    reverse: true,
    inclusiveEnd: true,
    limit: 1,
  })
  return found ?? chunkKey(id, row)
}

function parseRows(lines: readonly string[]): SqlRow[] {
  return JSON.parse(`[${lines.join(',')}]`) as SqlRow[]
}
