import type { Expression, Query } from '../../trino/ast.js'
import type { SeenColumn } from './checkResult.js'

/** Functions whose bigint is a number of things: it never needs the digits that only a text has. */
const COUNTS: ReadonlySet<string> = new Set([
  'count',
  'count_if',
  'approx_distinct',
  'row_number',
  'rank',
  'dense_rank',
  'ntile',
  'cardinality',
  'length',
])

/**
 * Marks the columns that are a count, as `count(*)` is: declared as a text, it is a slip, while another bigint may be
 * declared so for its digits' sake. Columns of a `SELECT *` and of set operations are not looked into.
 */
export function markCounts(columns: readonly SeenColumn[], { body }: Query): readonly SeenColumn[] {
  if (body.kind !== 'select' || body.items.length !== columns.length) return columns
  return columns.map((column, at) => {
    const item = body.items[at]
    return item?.kind === 'expression' && isCount(item.expression) ? { ...column, isCount: true } : column
  })
}

function isCount(expression: Expression): boolean {
  return expression.kind === 'call' && COUNTS.has(expression.name.text.toLowerCase())
}
