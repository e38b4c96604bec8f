import type { Argument, TypeRef } from '../../model/types.js'
import type { Piece } from './pieces.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'

/** A node of polyglot's tree: plain JSON, of which this compiler reads only what it knows. */
export type TreeNode = { readonly [key: string]: unknown }

/** A name in the tree. */
export interface TreeName {
  readonly name: string
  readonly quoted: boolean
  readonly span: Span | undefined
}

export interface SyntaxTree {
  readonly statements: readonly TreeNode[]
  /** The place in the user's text of a place in the tree's. */
  locate(span: Span | undefined): Span
}

/**
 * Parses SQL with harmless literals in place of the arguments. Trino's dialect as polyglot reads it is wider than
 * Trino's own, so a tree is no proof that Trino takes the statement; the rules that follow narrow it.
 */
export async function parseTree(
  pieces: readonly Piece[],
  args: readonly Argument[],
): Promise<SyntaxTree | SqlProblem> {
  const probe = probeText(pieces, args)
  const { parse, Dialect } = await import('@polyglot-sql/sdk')
  const parsed = parse(probe.text, Dialect.Trino)
  if (!parsed.success) {
    const from = parsed.errorStart ?? 0
    const place = probe.locate({ start: from, end: parsed.errorEnd ?? from + 1 })
    if (parsed.error.includes('E_GUARD')) {
      return problemAt(place, 'OCG2050', 'The statement is nested too deeply.', 'Split it with WITH.')
    }
    return problemAt(place, 'OCG2050', syntaxMessage(probe.text, from, parsed.errorEnd ?? from))
  }
  return { statements: parsed.ast as readonly unknown[] as readonly TreeNode[], locate: probe.locate }
}

/** One entry of a node is its kind, the other its content: `{ "select": { … } }`. */
export function kindOf(node: unknown): { readonly kind: string; readonly body: TreeNode } | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined
  const entries = Object.entries(node)
  const [first] = entries
  if (entries.length !== 1 || !first) return undefined
  const [kind, body] = first
  return typeof body === 'object' && body !== null ? { kind, body: body as TreeNode } : undefined
}

/** A name, wherever the tree has one; undefined for anything else. */
export function nameOf(node: unknown): TreeName | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined
  const { name, quoted, span, args } = node as TreeNode
  // A call has a name and a mark for quotes too.
  if (typeof name !== 'string' || typeof quoted !== 'boolean' || args !== undefined) return undefined
  return { name, quoted, span: spanOf(span) }
}

export function nodesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function spanOf(span: unknown): Span | undefined {
  if (typeof span !== 'object' || span === null) return undefined
  const { start, end } = span as TreeNode
  return typeof start === 'number' && typeof end === 'number' ? { start, end } : undefined
}

/** The text that is parsed, and the way back from its offsets (in characters) to the user's (in UTF-16 units). */
function probeText(pieces: readonly Piece[], args: readonly Argument[]) {
  const types = new Map(args.map((argument) => [argument.name, argument.type]))
  let text = ''
  const starts: { readonly at: number; readonly piece: Piece }[] = []
  for (const piece of pieces) {
    starts.push({ at: text.length, piece })
    text += piece.kind === 'text' ? piece.text : harmless(piece, types.get(piece.arg))
  }
  const toUnits = unitOffsets(text)
  const locateOffset = (unit: number): { readonly offset: number; readonly piece: Piece | undefined } => {
    const found = starts.findLast(({ at }) => at <= unit) ?? starts[0]
    if (!found) return { offset: 0, piece: undefined }
    const { at, piece } = found
    const exact = piece.kind === 'text' && piece.text.length === piece.end - piece.start
    return { offset: exact ? piece.start + unit - at : piece.start, piece }
  }
  const locate = (span: Span | undefined): Span => {
    const first = pieces[0]
    if (!span) return { start: first?.start ?? 0, end: first?.end ?? 1 }
    const start = locateOffset(toUnits(span.start)).offset
    const last = locateOffset(Math.max(toUnits(span.start), toUnits(span.end) - 1))
    const exact = last.piece?.kind === 'text' && last.piece.text.length === last.piece.end - last.piece.start
    const end = exact ? last.offset + 1 : (last.piece?.end ?? start + 1)
    return { start, end: Math.max(start + 1, end) }
  }
  return { text, locate }
}

/** Polyglot counts characters; JavaScript counts UTF-16 units. They differ after the first character beyond U+FFFF. */
function unitOffsets(text: string): (character: number) => number {
  if (!/\p{Surrogate}|[\u{10000}-\u{10ffff}]/u.test(text)) return (character) => character
  const offsets: number[] = []
  for (let unit = 0; unit < text.length; unit += (text.codePointAt(unit) as number) > 0xffff ? 2 : 1) {
    offsets.push(unit)
  }
  return (character) => offsets[character] ?? text.length
}

function harmless(piece: Extract<Piece, { kind: 'arg' }>, type: TypeRef | undefined): string {
  if (piece.context === 'literal') return '1'
  if (piece.context === 'count') return ' 1 '
  if (piece.context === 'inList') return ' (1) '
  if (type?.kind === 'list') return ' ARRAY[1] '
  return type?.kind === 'scalar' && ['Int', 'Float', 'AWSTimestamp'].includes(type.name) ? ' 1 ' : " 'a' "
}

function syntaxMessage(text: string, start: number, end: number): string {
  const characters = [...text]
  const found = characters
    .slice(start, Math.max(end, start + 1))
    .join('')
    .trim()
  return found === '' || start >= characters.length
    ? 'The statement ends before it is complete.'
    : `The statement is not valid SQL at "${found.length > 40 ? `${found.slice(0, 40)}…` : found}".`
}
