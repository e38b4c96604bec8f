import type { Source, SourcePosition } from './diagnostic.js'

/** A source with an index of its lines, so that positions cost a binary search and not a scan. */
export interface SourceText extends Source {
  /** Offset at which each line starts. */
  readonly lineStarts: readonly number[]
}

/** Indexes the lines of a source. Lines end at LF, CRLF or CR, as in GraphQL. */
export function indexSource(source: Source): SourceText {
  const lineStarts = [0]
  const { text } = source
  for (let offset = 0; offset < text.length; offset++) {
    const unit = text.charCodeAt(offset)
    if (unit === LF || (unit === CR && text.charCodeAt(offset + 1) !== LF)) lineStarts.push(offset + 1)
  }
  return { file: source.file, text, lineStarts }
}

/** The position of `length` units at `offset`; both are clamped to the text. */
export function positionAt(source: SourceText, offset: number, length = 1): SourcePosition {
  const at = Math.min(Math.max(offset, 0), source.text.length)
  const line = lineIndex(source.lineStarts, at)
  return {
    file: source.file,
    line: line + 1,
    column: at - (source.lineStarts[line] as number) + 1,
    offset: at,
    length: Math.max(1, Math.min(length, source.text.length - at)),
  }
}

/** The text of a line, counted from 1, without its end. */
export function lineText(source: SourceText, line: number): string {
  const start = source.lineStarts[line - 1]
  if (start === undefined) return ''
  let end = source.lineStarts[line] ?? source.text.length
  while (end > start && isLineEnd(source.text.charCodeAt(end - 1))) end--
  return source.text.slice(start, end)
}

const LF = 10
const CR = 13

function isLineEnd(unit: number): boolean {
  return unit === LF || unit === CR
}

/** Index of the last line that starts at or before the offset. */
function lineIndex(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
