import type { StringValueNode } from 'graphql'

/**
 * For each UTF-16 unit of a string literal's value, the offset in `raw` (the literal as it stands, with its quotation
 * marks) of what it was written as. One more entry holds the end of the content.
 */
export function valueOffsets(raw: string, block: boolean): number[] {
  return block ? blockOffsets(raw) : plainOffsets(raw)
}

/** The stretch of a literal as it is written that gave `length` units of its value from `offset` on. */
export function rawSpan(
  node: StringValueNode,
  raw: string,
  offset: number,
  length: number,
): { readonly start: number; readonly length: number } {
  const offsets = valueOffsets(raw, node.block === true)
  const last = offsets.length - 1
  const from = Math.min(Math.max(offset, 0), last)
  const to = Math.min(from + Math.max(length, 1), last)
  const start = offsets[from] as number
  return { start, length: Math.max(1, (offsets[to] as number) - start) }
}

function plainOffsets(raw: string): number[] {
  const offsets: number[] = []
  const end = raw.length - 1
  let at = 1
  while (at < end) {
    const start = at
    if (raw[at] !== '\\') {
      at += 1
      offsets.push(start)
    } else if (raw[at + 1] !== 'u') {
      at += 2
      offsets.push(start)
    } else if (raw[at + 2] === '{') {
      at = raw.indexOf('}', at) + 1
      const point = Number.parseInt(raw.slice(start + 3, at - 1), 16)
      offsets.push(start, ...(point > 0xffff ? [start] : []))
    } else {
      at += 6
      offsets.push(start)
    }
  }
  offsets.push(end)
  return offsets
}

interface Line {
  /** Offset in the literal of each unit of the line. */
  readonly offsets: number[]
  text: string
}

/** Follows the specification's BlockStringValue: common indentation and blank lines at both ends do not count. */
function blockOffsets(raw: string): number[] {
  const end = raw.length - 3
  const lines = blockLines(raw, end)
  let indent = Number.POSITIVE_INFINITY
  let first = -1
  let last = -1
  lines.forEach(({ text }, index) => {
    const leading = leadingWhiteSpace(text)
    if (leading === text.length) return
    if (first < 0) first = index
    last = index
    if (index > 0) indent = Math.min(indent, leading)
  })
  const offsets: number[] = []
  for (let index = Math.max(first, 0); index <= last; index++) {
    const line = lines[index] as Line
    // The line feed between two lines stands at the end of the first.
    if (index > first) offsets.push(lineEnd(lines[index - 1] as Line, offsets))
    for (const offset of index === 0 ? line.offsets : line.offsets.slice(indent)) offsets.push(offset)
  }
  const lastLine = lines[last]
  offsets.push(lastLine ? (lastLine.offsets.at(-1) ?? end - 1) + 1 : end)
  return offsets
}

function blockLines(raw: string, end: number): Line[] {
  const lines: Line[] = [{ offsets: [], text: '' }]
  for (let at = 3; at < end; ) {
    const line = lines.at(-1) as Line
    if (raw[at] === '\r' || raw[at] === '\n') {
      at += raw[at] === '\r' && raw[at + 1] === '\n' ? 2 : 1
      lines.push({ offsets: [], text: '' })
    } else if (raw.startsWith('\\"""', at)) {
      line.offsets.push(at + 1, at + 2, at + 3)
      line.text += '"""'
      at += 4
    } else {
      line.offsets.push(at)
      line.text += raw[at]
      at += 1
    }
  }
  return lines
}

function lineEnd(line: Line, before: readonly number[]): number {
  const last = line.offsets.at(-1) ?? before.at(-1)
  return last === undefined ? 3 : last + 1
}

function leadingWhiteSpace(text: string): number {
  let count = 0
  while (text[count] === ' ' || text[count] === '\t') count++
  return count
}
