import type { Expression, GroupBy, GroupingElement, Select } from '../../../trino/ast.js'
import { type Environment, noAggregates } from './environment.js'
import { renderFree } from './render.js'
import { resolveQualified } from './scope.js'
import { ordinal } from './sortKeys.js'
import { TranslateError } from './translateError.js'
import { isComparable, type SqlType, typeName } from './types.js'

export function translateGroupBy(
  groupBy: GroupBy,
  select: Select,
  environment: Environment,
): { sql: string; keys: ReadonlySet<string> } {
  if (groupBy.distinct) throw new TranslateError('GROUP BY DISTINCT is not supported.', select)
  const keys = new Set<string>()
  const plain = noAggregates(environment, 'GROUP BY')
  const key = (expression: Expression): string => {
    const at = ordinal(expression, select.items.length, 'GROUP BY')
    const item = at === undefined ? undefined : select.items[at]
    if (at !== undefined && select.items.some((one) => one.kind === 'all')) {
      throw new TranslateError('Next to a * in SELECT, GROUP BY takes names, not numbers.', expression)
    }
    const value = renderFree(item?.kind === 'expression' ? item.expression : expression, plain)
    requireComparable(value.type, 'GROUP BY', expression)
    if (value.integer !== undefined || value.text !== undefined || value.type.kind === 'unknown') {
      // DuckDB would take a number for an ordinal; a constant groups nothing.
      const sql = `CAST(${value.sql} AS VARCHAR)`
      keys.add(value.sql)
      return sql
    }
    keys.add(value.sql)
    return value.sql
  }
  const elementSql = (element: GroupingElement): string => {
    if (element.kind === 'simple') return element.expressions.map(key).join(', ')
    for (const expression of element.sets.flat()) requireColumn(expression, plain)
    const sets = element.sets.map((set) => `(${set.map(key).join(', ')})`).join(', ')
    return { rollup: `ROLLUP (${sets})`, cube: `CUBE (${sets})`, sets: `GROUPING SETS (${sets})` }[
      element.kind
    ]
  }
  const parts = groupBy.elements.map(elementSql).filter((part) => part !== '')
  return { sql: parts.length > 0 ? parts.join(', ') : '()', keys }
}

/** Trino groups by columns only in ROLLUP, CUBE and GROUPING SETS: no expressions, fields of rows or ordinals. */
function requireColumn(expression: Expression, { scope }: Environment): void {
  if (expression.kind === 'name') return
  const { kind } = expression
  if (kind === 'field' && expression.base.kind === 'name') {
    if (resolveQualified(expression.base.name, expression.name, scope)) return
  }
  throw new TranslateError(
    'ROLLUP, CUBE and GROUPING SETS take columns only: name the expression in a subquery.',
    expression,
  )
}

export function requireComparable(type: SqlType, place: string, span: { start: number; end: number }): void {
  if (!isComparable(type)) {
    throw new TranslateError(
      `A value of type ${typeName(type)} can't be compared, which ${place} needs.`,
      span,
    )
  }
}
