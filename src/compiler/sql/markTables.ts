import type { Query } from '../../trino/ast.js'
import type { Piece } from './pieces.js'
import type { Span } from './problem.js'
import type { TableReference } from './resolution.js'

/**
 * Marks where a statement refers to lake tables, and the WITH that it begins with, so that a host can put other relations
 * there. The text stays what it is.
 */
export function markTables(
  pieces: readonly Piece[],
  query: Query,
  references: readonly TableReference[],
): Piece[] {
  let marked = [...pieces]
  for (const { table, named, ...span } of references) {
    marked = merged(marked, span, (text) => ({ kind: 'table', text, table, named, ...span }))
  }
  const first = query.with && beginningOf(marked, query.with.recursive)
  if (!first) return marked
  return merged(marked, first, (text) => ({ kind: 'with', text, with: true, ...first }))
}

/** Puts one piece in the place of those of a stretch. */
function merged(pieces: readonly Piece[], span: Span, piece: (text: string) => Piece): Piece[] {
  const from = pieces.findIndex(({ start, end }) => start >= span.start && end <= span.end && end > start)
  const to = pieces.findLastIndex(({ start, end }) => start >= span.start && end <= span.end && end > start)
  const stretch = pieces.slice(from, to + 1)
  // A reference is made of names; the compiler's own words for one stand elsewhere.
  if (stretch.length === 0 || !stretch.every(({ kind }) => kind === 'text')) return [...pieces]
  const text = stretch.map((one) => (one.kind === 'text' ? one.text : '')).join('')
  return [...pieces.slice(0, from), piece(text), ...pieces.slice(to + 1)]
}

/** The stretch of `WITH` or `WITH RECURSIVE`, where the statement begins with it. */
function beginningOf(pieces: readonly Piece[], recursive: boolean): Span | undefined {
  const words = pieces.filter((piece) => piece.kind !== 'text' || piece.text.trim() !== '')
  const [first, second] = words
  if (first?.kind !== 'text' || first.text.toUpperCase() !== 'WITH') return undefined
  return { start: first.start, end: recursive && second ? second.end : first.end }
}
