import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { ImportRow } from '../../runtime/import/importRow.js'
import { type CsvCell, readCsvRecord } from './csvRecord.js'
import { MAX_LINE_BYTES, wholeLines } from './wholeLines.js'

/** Most rows of a batch. */
const BATCH_ROWS = 2000

export interface CsvOptions {
  /** Column names, which the header may give without regard to case. */
  readonly columns: readonly string[]
  /** Called with the header before the first row; what it answers ends the reading. */
  readonly checkHeader: (columns: readonly string[]) => string | undefined
}

/** The file as a whole can't be read: its header names columns that the table can't take, or it is no UTF-8. */
export class CsvFileError extends Error {
  override readonly name = 'CsvFileError'
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/**
 * Reads comma-separated values: a header, then rows; UTF-8 with or without a byte order mark. An empty cell is null, a
 * quoted empty one the empty text. A row that can't be read is a row too. Throws `CsvFileError`.
 */
export async function* readCsv(bytes: Readable, options: CsvOptions): AsyncGenerator<readonly ImportRow[]> {
  let header: readonly string[] | undefined
  let line = 1
  let rest = ''
  let batch: ImportRow[] = []
  for await (const piece of wholeLines(bytes)) {
    if (piece === 'tooLong' || rest.length > MAX_LINE_BYTES) {
      throw new CsvFileError(
        line,
        'A row starts here that is too long. Is there an opening quotation mark without its end?',
      )
    }
    if (!isUtf8(piece))
      throw new CsvFileError(line, 'The file is not UTF-8 text; save it with that encoding.')
    const decoded = piece.toString()
    const text = rest === '' ? (line === 1 ? decoded.replace(/^\uFEFF/, '') : decoded) : `${rest}\n${decoded}`
    rest = ''
    // A text that ends at `length` has had its last line end cut off, so a record may start there only by a comma.
    for (let at = 0; at <= text.length; ) {
      const record = readCsvRecord(text, at)
      if (record.kind === 'unfinished') {
        rest = text.slice(at)
        break
      }
      const start = line
      line += record.lines
      at = record.end
      if (record.kind === 'badQuote') {
        batch.push({ line: start, unreadable: 'A quotation mark inside a quoted cell is not doubled.' })
      } else if (record.cells.length === 1 && record.cells[0] === null) {
        // An empty line.
      } else if (header) {
        batch.push(rowOf(header, record.cells, start))
      } else header = readHeader(record.cells, start, options)
      if (batch.length < BATCH_ROWS) continue
      yield batch
      batch = []
    }
  }
  if (rest !== '') batch.push({ line, unreadable: 'A quotation mark is opened here and never closed.' })
  if (!header) throw new CsvFileError(1, 'The file has no header; its first line must name the columns.')
  if (batch.length > 0) yield batch
}

function readHeader(cells: readonly CsvCell[], line: number, options: CsvOptions): string[] {
  const known = new Map(options.columns.map((name) => [name.toLowerCase(), name]))
  const header = cells.map((cell) => {
    const name = (cell ?? '').trim()
    return known.get(name.toLowerCase()) ?? name
  })
  const problem = header.includes('') ? 'A column of the header has no name.' : options.checkHeader(header)
  if (problem !== undefined) throw new CsvFileError(line, problem)
  return header
}

function rowOf(header: readonly string[], cells: readonly CsvCell[], line: number): ImportRow {
  if (cells.length !== header.length) {
    const unreadable = `The row has ${cells.length} cells, but the header names ${header.length} columns.`
    return { line, unreadable }
  }
  const values: Record<string, unknown> = {}
  for (let index = 0; index < header.length; index += 1) values[header[index] as string] = cells[index]
  return { line, values }
}
