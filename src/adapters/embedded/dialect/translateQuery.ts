import type { Expression, Query, QueryBody, Select } from '../../../trino/ast.js'
import { type Environment, withoutGrouping } from './environment.js'
import { fitColumns } from './fitColumns.js'
import { quoteLabel } from './quoteLabel.js'
import { render } from './render.js'
import { columnValue, type Scope, type ScopeColumn } from './scope.js'
import { ordinal, sortSql } from './sortKeys.js'
import type { OutputColumn, TranslatedQuery } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import { translateSelect } from './translateSelect.js'
import { translateValues } from './translateValues.js'
import { translateWith } from './translateWith.js'
import { commonTypeOf } from './typed.js'
import { isComparable, type SqlType, typeName } from './types.js'

/** Translates a query. Its columns get names of their own, except at the top, where they are the statement's. */
export function translateQuery(query: Query, environment: Environment, top = false): TranslatedQuery {
  const inner = query.with ? translateWith(query, environment) : { environment, sql: '' }
  const { sql, columns } = translateOrdered(query, inner.environment, top)
  return { sql: `${inner.sql}${sql}`, columns }
}

function translateOrdered(query: Query, environment: Environment, top: boolean): TranslatedQuery {
  const { body } = query
  const limit = limitSql(query)
  if (body.kind === 'select') return translateSelect(body, query.orderBy, limit, environment, top)
  if (query.orderBy.length === 0 && limit === '') return translateBody(body, environment, top)
  const translated = translateBody(body, environment, false)
  const alias = environment.fresh('t')
  const scope: Scope = {
    columns: translated.columns.map(({ name, ...rest }) => ({ ...rest, sql: `${alias}.${name}` })),
    ...(environment.scope && { parent: environment.scope }),
  }
  const inside: Environment = { ...withoutGrouping(environment), scope }
  const order = query.orderBy.map((item) => {
    const at = ordinal(item.expression, scope.columns.length, 'ORDER BY')
    const value =
      at === undefined ? render(item.expression, inside) : columnValue(scope.columns[at] as ScopeColumn)
    return sortSql(value, item)
  })
  const names = translated.columns.map((column) => ({
    ...column,
    name: top ? quoteLabel(column.label, body) : column.name,
  }))
  const items = names.map(
    (column, at) => `${(scope.columns[at] as ScopeColumn).sql} AS ${(column as OutputColumn).name}`,
  )
  const orderBy = order.length > 0 ? ` ORDER BY ${order.join(', ')}` : ''
  return {
    sql: `SELECT ${items.join(', ')} FROM (${translated.sql}) AS ${alias}${orderBy}${limit}`,
    columns: names,
  }
}

function limitSql(query: Query): string {
  const count = (expression: Expression) => {
    if (expression.kind !== 'integer')
      throw new TranslateError('A number of rows is a whole number.', expression)
    const value = BigInt(expression.text)
    if (value > 9223372036854775807n)
      throw new TranslateError('This number of rows is too large.', expression)
    return value.toString()
  }
  if (query.limit?.withTies) throw new TranslateError('WITH TIES is not supported: use rank().', query.limit)
  const limit = query.limit ? ` LIMIT ${count(query.limit.count)}` : ''
  return query.offset ? `${limit} OFFSET ${count(query.offset)}` : limit
}

/** The place of a column in a side of a set operation: its item where the SELECT lists it, else the whole side. */
function itemOf(body: QueryBody, at: number): { readonly start: number; readonly end: number } {
  if (body.kind === 'parenthesized') return itemOf(body.query.body, at)
  if (body.kind === 'setOperation') return itemOf(body.left, at)
  if (body.kind !== 'select' || body.items.some((item) => item.kind === 'all')) return body
  return body.items[at] ?? body
}

export function translateBody(body: QueryBody, environment: Environment, top: boolean): TranslatedQuery {
  switch (body.kind) {
    case 'select':
      return translateSelect(body, [], '', environment, top)
    case 'values':
      return translateValues(body, environment, top)
    case 'parenthesized': {
      const query = translateQuery(body.query, environment, top)
      return { sql: `(${query.sql})`, columns: query.columns }
    }
    case 'tableQuery': {
      const name = { kind: 'table', name: body.name, start: body.start, end: body.end } as const
      const all = { kind: 'all', start: body.start, end: body.end } as const
      const select: Select = {
        ...body,
        kind: 'select',
        distinct: false,
        items: [all],
        from: [name],
        windows: [],
      }
      return translateSelect(select, [], '', environment, top)
    }
    case 'setOperation': {
      const left = translateBody(body.left, environment, false)
      const right = translateBody(body.right, environment, false)
      if (left.columns.length !== right.columns.length) {
        const message = `${body.operator} joins queries of ${left.columns.length} and ${right.columns.length} columns.`
        throw new TranslateError(message, body.right)
      }
      if (body.all && body.operator !== 'UNION') {
        throw new TranslateError(`${body.operator} ALL is not supported: leave ALL out.`, body)
      }
      const types = left.columns.map((column, at) => {
        const other = right.columns[at] as OutputColumn
        const type = commonTypeOf([
          { sql: '', type: column.type },
          { sql: '', type: other.type },
        ])
        if (type && (body.all || isComparable(type))) return type
        const message = `Column ${at + 1} of ${body.operator} is ${typeName(column.type)} on one side and ${typeName(other.type)} on the other.`
        throw new TranslateError(message, itemOf(body.right, at))
      })
      const columns = left.columns.map((column, at) => ({
        label: column.label,
        name: top ? quoteLabel(column.label, body) : column.name,
        type: types[at] as SqlType,
      }))
      const names = columns.map((column) => column.name)
      const sides = [
        fitColumns(left, types, environment, body, names),
        fitColumns(right, types, environment, body),
      ]
      return { sql: `(${sides[0]}) ${body.operator}${body.all ? ' ALL' : ''} (${sides[1]})`, columns }
    }
  }
}
