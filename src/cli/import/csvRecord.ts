/** A cell's text; null for an empty one without quotation marks. */
export type CsvCell = string | null

export type CsvRecordResult =
  /** `end` is where the next record starts, `lines` how many line ends were passed. */
  | { readonly kind: 'record'; readonly cells: CsvCell[]; readonly end: number; readonly lines: number }
  /** The text ends inside a quoted cell, or where it can't be told whether one ends. */
  | { readonly kind: 'unfinished' }
  /** A closing quotation mark is followed by other text; the rest of that line is passed over. */
  | { readonly kind: 'badQuote'; readonly end: number; readonly lines: number }

const QUOTE = 34
const COMMA = 44
const LF = 10
const CR = 13

/**
 * Reads one record of comma-separated values (RFC 4180) at `from`. The text ends with whole lines, so its end ends a
 * record as a line end does.
 *
 * Own code, since telling an empty cell from a quoted empty one makes `csv-parse` ten times slower (13,000 rows a
 * second, where this reader has some hundred thousand).
 */
export function readCsvRecord(text: string, from: number): CsvRecordResult {
  const cells: CsvCell[] = []
  let lines = 0
  let at = from
  for (;;) {
    if (text.charCodeAt(at) === QUOTE) {
      const close = closingQuote(text, at + 1)
      if (close < 0) return { kind: 'unfinished' }
      const cell = text.slice(at + 1, close)
      cells.push(cell.includes('"') ? cell.replaceAll('""', '"') : cell)
      if (cell.includes('\n')) lines += cell.split('\n').length - 1
      at = close + 1
      if (text.charCodeAt(at) === CR) at += 1
      if (at < text.length && text.charCodeAt(at) !== COMMA && text.charCodeAt(at) !== LF) {
        return { kind: 'badQuote', end: nextLine(text, at), lines: lines + 1 }
      }
    } else {
      const start = at
      while (at < text.length && text.charCodeAt(at) !== COMMA && text.charCodeAt(at) !== LF) at += 1
      const end = text.charCodeAt(at) !== COMMA && at > start && text.charCodeAt(at - 1) === CR ? at - 1 : at
      cells.push(end === start ? null : text.slice(start, end))
    }
    if (text.charCodeAt(at) !== COMMA) return { kind: 'record', cells, end: at + 1, lines: lines + 1 }
    at += 1
  }
}

/** Index of the quotation mark that closes a cell; doubled ones stand for themselves. -1 when there is none. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length + 1 : end + 1
}
