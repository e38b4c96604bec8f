import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { ImportRow } from '../../runtime/import/importRow.js'
import { MAX_LINE_BYTES, wholeLines } from './wholeLines.js'

/** Most rows of a batch. */
const BATCH_ROWS = 2000

/**
 * Reads JSON lines: one object a line, UTF-8, with or without a byte order mark and carriage returns; empty lines are
 * passed over. A line that can't be read is a row too, so that it is reported with the others.
 */
export async function* readJsonLines(bytes: Readable): AsyncGenerator<readonly ImportRow[]> {
  let line = 0
  let batch: ImportRow[] = []
  for await (const piece of wholeLines(bytes)) {
    if (piece === 'tooLong') {
      line += 1
      batch.push({ line, unreadable: `The line is longer than ${MAX_LINE_BYTES} bytes.` })
      continue
    }
    // Text is decoded and split for many lines at once: that is several times as fast as line by line.
    const lines = isUtf8(piece) ? piece.toString().split('\n') : textLines(piece)
    for (const text of lines) {
      line += 1
      const row = readLine(line === 1 ? text?.replace(/^\uFEFF/, '') : text, line)
      if (row) batch.push(row)
      if (batch.length < BATCH_ROWS) continue
      yield batch
      batch = []
    }
    if (batch.length > 0) yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Lines of which some are not UTF-8; those are undefined. */
function textLines(piece: Buffer): (string | undefined)[] {
  // Latin-1 keeps every byte as one character, and a line end is a byte of its own in UTF-8.
  const lines = piece
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line, 'latin1'))
  return lines.map((line) => (isUtf8(line) ? line.toString() : undefined))
}

function readLine(text: string | undefined, line: number): ImportRow | undefined {
  if (text === undefined) return { line, unreadable: 'The line is not UTF-8 text.' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    if (text.trim() === '') return undefined
    return { line, unreadable: 'The line is not JSON; one object a line is expected.' }
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { line, values: value as Record<string, unknown> }
  }
  return { line, unreadable: 'The line is JSON, but not an object.' }
}
