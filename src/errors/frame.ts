import type { SourcePosition } from './diagnostic.js'
import { lineText, type SourceText } from './sourceText.js'

/**
 * The lines around a position with a marker below what is wrong, without colours:
 *
 * ```text
 *   1 | type Post {
 * > 2 |   author: User
 *     |           ^^^^
 *   3 | }
 * ```
 *
 * Long lines are cut to a window around the column. Control characters are shown as U+FFFD, so that no schema
 * can steer a terminal.
 */
export function renderFrame(source: SourceText, position: SourcePosition): string {
  const first = Math.max(1, position.line - 1)
  const last = Math.min(source.lineStarts.length, position.line + 1)
  const width = String(last).length
  const markedLength = lineText(source, position.line).length
  const from = markedLength <= WINDOW ? 0 : Math.max(0, position.column - 1 - WINDOW / 2)
  const rows: string[] = []
  for (let line = first; line <= last; line++) {
    const text = lineText(source, line)
    const marked = line === position.line
    const row = `${marked ? '>' : ' '} ${String(line).padStart(width)} | ${cut(text, marked ? from : 0)}`
    rows.push(row.trimEnd())
    if (marked) rows.push(`  ${' '.repeat(width)} | ${marker(text, position, from)}`)
  }
  return rows.join('\n')
}

/** Widest piece of a line, in UTF-16 units. */
const WINDOW = 120

function cut(text: string, from: number): string {
  const piece = text.slice(from, from + WINDOW)
  return `${from > 0 ? '…' : ''}${printable(piece)}${from + WINDOW < text.length ? '…' : ''}`
}

function marker(text: string, position: SourcePosition, from: number): string {
  const before = text.slice(from, position.column - 1)
  // Tabs stay tabs, so that the marker stands where the terminal puts the text.
  const indent = Array.from(before, (character) => (character === '\t' ? '\t' : ' ')).join('')
  const room = Math.min(text.length, from + WINDOW) - (position.column - 1)
  return `${from > 0 ? ' ' : ''}${indent}${'^'.repeat(Math.max(1, Math.min(position.length, room)))}`
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) =>
    character === '\t' ? character : '\uFFFD',
  )
}
