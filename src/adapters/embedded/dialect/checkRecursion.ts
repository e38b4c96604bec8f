import type { Expression, Query, QueryBody, Relation } from '../../../trino/ast.js'
import { TranslateError } from './translateError.js'

/** Whether a part of a statement reads a table of this name, lower case. */
export function mentions(part: unknown, name: string): boolean {
  return countMentions(part, name) > 0
}

function countMentions(part: unknown, name: string): number {
  if (typeof part !== 'object' || part === null) return 0
  const own =
    'kind' in part && part.kind === 'table' && 'name' in part && Array.isArray(part.name)
      ? part.name.length === 1 && part.name[0].text.toLowerCase() === name
      : false
  return Object.values(part).reduce((sum, value) => sum + countMentions(value, name), own ? 1 : 0)
}

/** Throws for what Trino refuses in a query that reads itself: DuckDB would answer, or never end. */
export function checkRecursion(query: Query, base: QueryBody, step: QueryBody, name: string): void {
  if (query.orderBy.length > 0 || query.offset || query.limit) {
    throw new TranslateError(
      'A recursive query has no ORDER BY, OFFSET or LIMIT: write them where it is read.',
      query,
    )
  }
  if (countMentions(step, name) > 1) {
    throw new TranslateError('The step of a recursive query reads it once only.', step)
  }
  if (!readsInFrom(step, name)) {
    throw new TranslateError(
      'The step of a recursive query reads it in FROM, not within an expression.',
      step,
    )
  }
  checkOuterJoins(step, name)
  checkTexts(base, step)
}

/** Whether the one place that reads the query is no expression, as far as the body can be told apart. */
function readsInFrom(body: QueryBody, name: string): boolean {
  if (body.kind === 'parenthesized') return readsInFrom(body.query.body, name)
  if (body.kind !== 'select') return true
  return body.from.some((relation) => relationReads(relation, name))
}

function relationReads(relation: Relation, name: string): boolean {
  if (relation.kind === 'join') return [relation.left, relation.right].some((one) => relationReads(one, name))
  if (relation.kind === 'subquery') return mentions(relation, name) && readsInFrom(relation.query.body, name)
  return mentions(relation, name)
}

function checkOuterJoins(part: unknown, name: string): void {
  if (typeof part !== 'object' || part === null) return
  if ('kind' in part && part.kind === 'join') {
    const { type, left, right } = part as unknown as { type: string; left: unknown; right: unknown }
    const optional = [
      ...(type === 'LEFT' || type === 'FULL' ? [right] : []),
      ...(type === 'RIGHT' || type === 'FULL' ? [left] : []),
    ]
    if (optional.some((side) => mentions(side, name))) {
      const message =
        'A recursive query does not stand on the side of an outer join whose rows may be missing.'
      throw new TranslateError(message, part as unknown as { start: number; end: number })
    }
  }
  for (const value of Object.values(part)) checkOuterJoins(value, name)
}

/** A literal is a `varchar` of its own length, and Trino takes no longer ones from the step. */
function checkTexts(base: QueryBody, step: QueryBody): void {
  const [first, next] = [expressions(base), expressions(step)]
  for (const [at, literal] of first.entries()) {
    const other = next[at]
    if (literal?.kind !== 'string' || !other || other.kind === 'name' || other.kind === 'field') continue
    if (other.kind === 'string' && other.value.length <= literal.value.length) continue
    if (other.kind === 'null') continue
    throw new TranslateError(
      'The step may give longer texts than this literal, which is a varchar of its own length: CAST it to varchar.',
      literal,
    )
  }
}

/** What a query selects, one a column; empty where that can't be told from its text. */
function expressions(body: QueryBody): readonly (Expression | undefined)[] {
  if (body.kind === 'parenthesized') return expressions(body.query.body)
  if (body.kind === 'values') {
    const [row] = body.rows
    return row?.kind === 'row' ? row.items : [row]
  }
  if (body.kind !== 'select' || body.items.some((item) => item.kind === 'all')) return []
  return body.items.map((item) => (item.kind === 'expression' ? item.expression : undefined))
}
