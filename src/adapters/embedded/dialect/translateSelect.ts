import type { Expression, Select, SelectItem, SortItem } from '../../../trino/ast.js'
import { aggregateIn } from './aggregateIn.js'
import { quoteIdentifier } from './ddl.js'
import { type Environment, noAggregates, noWindows, withoutGrouping } from './environment.js'
import { quoteLabel } from './quoteLabel.js'
import { render, renderFilter } from './render.js'
import { columnValue, hasName, relationColumns, type Scope, type ScopeColumn } from './scope.js'
import { translateSortItem } from './sortKeys.js'
import type { Output, TranslatedQuery } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import { translateFrom } from './translateFrom.js'
import { requireComparable, translateGroupBy } from './translateGroupBy.js'
import { translateWindow } from './translateWindow.js'
import { knownOf } from './typed.js'
import { typeName } from './types.js'
import { windowName } from './windowName.js'

export function translateSelect(
  select: Select,
  orderBy: readonly SortItem[],
  limit: string,
  outer: Environment,
  top: boolean,
): TranslatedQuery {
  const from = translateFrom(select.from, withoutGrouping(outer))
  const scope: Scope = { columns: from.columns, parent: outer.scope }
  const windows = new Set(select.windows.map((window) => window.name.text.toLowerCase()))
  const base: Environment = { ...withoutGrouping(outer), scope, windows }
  const where = select.where && renderFilter(select.where, noAggregates(base, 'WHERE'), 'WHERE')

  const expressions = select.items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []))
  const later = [
    ...expressions,
    ...(select.having ? [select.having] : []),
    ...orderBy.map((item) => item.expression),
  ]
  const aggregates = select.groupBy !== undefined || select.having !== undefined || later.some(aggregateIn)
  const groupBy = select.groupBy && translateGroupBy(select.groupBy, select, base)
  const grouped: Environment = aggregates
    ? { ...base, grouping: { keys: groupBy?.keys ?? new Set(), scope, free: new WeakMap() } }
    : base

  const items = select.items.flatMap((item) => translateItem(item, grouped, top))
  const outputs = items.map((item, at): Output => {
    const label = item.label ?? `_col${at}`
    if (item.type.kind === 'unknown' && !top) item = { ...item, sql: 'CAST(NULL AS INTEGER)' }
    return { ...item, label, name: top ? quoteLabel(label, item.span) : outer.fresh('c') }
  })
  const having = select.having && renderFilter(select.having, noWindows(grouped, 'HAVING'), 'HAVING')
  const named = select.windows.map(
    (window) => `${windowName(window.name.text)} AS ${translateWindow(window.window, grouped)}`,
  )
  const order = orderBy.map((item) => translateSortItem(item, outputs, grouped, select.distinct))
  if (select.distinct) {
    for (const output of outputs) requireComparable(output.type, 'SELECT DISTINCT', output.span)
  }

  const sql = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${outputs.map((output) => `${output.sql} AS ${output.name}`).join(', ')}`,
    from.sql && `FROM ${from.sql}`,
    where && `WHERE ${where}`,
    groupBy?.sql && `GROUP BY ${groupBy.sql}`,
    having && `HAVING ${having}`,
    named.length > 0 && `WINDOW ${named.join(', ')}`,
    order.length > 0 && `ORDER BY ${order.join(', ')}`,
  ]
  const columns = outputs.map(({ label, name, type, finite, number }) => ({
    ...{ label, name, type },
    ...(finite && { finite }),
    ...(number && { number }),
  }))
  return { sql: sql.filter(Boolean).join(' ') + limit, columns }
}

type Item = Omit<Output, 'name' | 'label'> & { readonly label?: string }

function translateItem(item: SelectItem, environment: Environment, top: boolean): Item[] {
  if (item.kind === 'all') return translateAll(item, environment)
  const value = render(item.expression, environment, { zoned: true })
  if (value.zone !== undefined && !top) {
    const message =
      'A time AT TIME ZONE would lose its zone in a subquery: CAST it to timestamp, date or varchar here.'
    throw new TranslateError(message, item)
  }
  const label = item.alias?.text ?? implicitLabel(item.expression)
  return [
    {
      sql: value.sql,
      type: value.type,
      span: item,
      expression: item.expression,
      ...(value.zone !== undefined && { zone: value.zone }),
      ...knownOf([value]),
      ...(label !== undefined && { label }),
    },
  ]
}

function implicitLabel(expression: Expression): string | undefined {
  return expression.kind === 'name' || expression.kind === 'field' ? expression.name.text : undefined
}

function translateAll(item: Extract<SelectItem, { kind: 'all' }>, environment: Environment): Item[] {
  const columns = starColumns(item, environment)
  if (item.columns && item.columns.length !== columns.length) {
    throw new TranslateError(
      `The list names ${item.columns.length} columns, there are ${columns.length}.`,
      item,
    )
  }
  return columns.map((column, at) => {
    if (environment.grouping && !environment.grouping.keys.has(column.sql)) {
      const message = `Column ${column.label} of * is neither in GROUP BY nor in an aggregate function.`
      throw new TranslateError(message, item)
    }
    const label = item.columns?.[at]?.text ?? column.label
    return { ...columnValue(column), span: item, label }
  })
}

function starColumns(
  item: Extract<SelectItem, { kind: 'all' }>,
  environment: Environment,
): readonly ScopeColumn[] {
  const { columns } = environment.scope
  if (!item.of) {
    if (columns.length === 0) throw new TranslateError('SELECT * needs a FROM.', item)
    return columns
  }
  if (item.of.kind === 'name' && !hasName(item.of.name, { columns })) {
    const found = relationColumns(item.of.name, environment.scope)
    if (found) return found
    throw new TranslateError(`There is no relation ${item.of.name.text} in FROM.`, item)
  }
  if (item.of.kind === 'name') {
    const found = columns.filter(
      (column) => column.relation === (item.of as { name: { text: string } }).name.text.toLowerCase(),
    )
    if (found.length > 0) return found
  }
  const value = render(item.of, environment)
  if (value.type.kind !== 'row') throw new TranslateError(`${typeName(value.type)} has no fields.`, item)
  return value.type.fields.map((field, at) => ({
    label: field.name ?? `field${at}`,
    sql: `(${value.sql}).${quoteIdentifier(field.name ?? `field${at}`)}`,
    type: field.type,
  }))
}
