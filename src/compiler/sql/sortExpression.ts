import type { Expression, Relation, Select, SelectExpression } from '../../trino/ast.js'
import { childrenOf } from '../../trino/childrenOf.js'
import { type Piece, piecesOf, textPiece } from './pieces.js'

type Column = { readonly name: string }

/**
 * A sort key behind a set operation, over the columns of its result: each of their names gives way to that of the
 * column in the outer query.
 */
export function outputExpression(
  expression: Expression,
  pieces: readonly Piece[],
  columns: readonly Column[],
  columnName: (at: number) => string,
): Piece[] {
  const replacements = namesIn(expression).flatMap((node): readonly Replacement[] => {
    const at = columns.findIndex(({ name }) => name.toLowerCase() === node.name.text.toLowerCase())
    return at < 0 ? [] : [{ ...spanOf(node), by: [textPiece(columnName(at))] }]
  })
  return replaced(expression, pieces, replacements)
}

/**
 * A sort key as an expression of the SELECT list. ORDER BY knows the list's names and looks there first; the list itself
 * does not, so each name gives way to what it stands for.
 */
export function sourceExpression(expression: Expression, select: Select, pieces: readonly Piece[]): Piece[] {
  const items = select.items.filter((item): item is SelectExpression => item.kind === 'expression')
  const relations = new Set(select.from.flatMap(relationNames))
  const replacements = namesIn(expression, relations).flatMap((node): readonly Replacement[] => {
    const wanted = node.name.text.toLowerCase()
    const item = items.find((one) => nameOf(one)?.toLowerCase() === wanted)
    if (!item) return []
    const { start, end } = item.expression
    return [{ ...spanOf(node), by: [textPiece('('), ...piecesOf(pieces, start, end), textPiece(')')] }]
  })
  return replaced(expression, pieces, replacements)
}

/** The name of a column of the result, given or taken over from a column. */
function nameOf({ alias, expression }: SelectExpression): string | undefined {
  if (alias) return alias.text
  return expression.kind === 'name' || expression.kind === 'field' ? expression.name.text : undefined
}

interface Replacement {
  readonly start: number
  readonly end: number
  readonly by: readonly Piece[]
}

function replaced(
  expression: Expression,
  pieces: readonly Piece[],
  replacements: readonly Replacement[],
): Piece[] {
  const result: Piece[] = []
  let at = expression.start
  for (const { start, end, by } of [...replacements].sort((a, b) => a.start - b.start)) {
    result.push(...piecesOf(pieces, at, start), ...by)
    at = end
  }
  return [...result, ...piecesOf(pieces, at, expression.end)]
}

type NameNode = Extract<Expression, { kind: 'name' }>

/** Names that stand for columns: not the parameters of lambdas, and not those that qualify another name. */
function namesIn(expression: Expression, qualifiers: ReadonlySet<string> = new Set()): NameNode[] {
  const found: NameNode[] = []
  const visit = (node: Expression, hidden: ReadonlySet<string>) => {
    if (node.kind === 'name') {
      if (!hidden.has(node.name.text.toLowerCase())) found.push(node)
      return
    }
    if (node.kind === 'field' && node.base.kind === 'name') {
      if (qualifiers.has(node.base.name.text.toLowerCase())) return
    }
    const parameters = node.kind === 'lambda' ? node.parameters.map((one) => one.text.toLowerCase()) : []
    const inner = parameters.length > 0 ? new Set([...hidden, ...parameters]) : hidden
    for (const child of childrenOf(node).expressions) visit(child, inner)
  }
  visit(expression, new Set())
  return found
}

function relationNames(relation: Relation): string[] {
  if (relation.kind === 'join') return [...relationNames(relation.left), ...relationNames(relation.right)]
  if (relation.alias) return [relation.alias.text.toLowerCase()]
  return relation.kind === 'table' ? relation.name.map((name) => name.text.toLowerCase()) : []
}

function spanOf({ start, end }: { readonly start: number; readonly end: number }) {
  return { start, end }
}
