import type {
  Expression,
  GroupBy,
  GroupingElement,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SortItem,
  Values,
} from '../../../trino/ast.js'
import { aggregateIn } from './aggregateIn.js'
import { fieldName, quoteIdentifier } from './ddl.js'
import type { Environment, NamedRelation } from './environment.js'
import type { Scope, ScopeColumn } from './scope.js'
import { hasName, relationColumns } from './scope.js'
import { TranslateError } from './translateError.js'
import { render, renderBoolean, renderFree } from './translateExpression.js'
import { translateFrom } from './translateFrom.js'
import { translateWindow } from './translateWindow.js'
import { coerce, commonTypeOf, type Typed } from './typed.js'
import { isComparable, isOrderable, type SqlType, typeName } from './types.js'

/** A column of a query's result. */
export interface OutputColumn {
  /** Name as the statement gives it, or `_col0` as Trino makes it. */
  readonly label: string
  /** Name in the SQL. */
  readonly name: string
  readonly type: SqlType
}

export interface TranslatedQuery {
  readonly sql: string
  readonly columns: readonly OutputColumn[]
}

interface Output extends OutputColumn {
  readonly sql: string
  readonly span: { readonly start: number; readonly end: number }
  /** Absent for a column of `*`. */
  readonly expression?: Expression
  readonly zone?: string
}

/** Translates a query. Its columns get names of their own, except at the top, where they are the statement's. */
export function translateQuery(query: Query, environment: Environment, top = false): TranslatedQuery {
  const inner = query.with ? withRelations(query, environment) : { environment, sql: '' }
  const { sql, columns } = translateOrdered(query, inner.environment, top)
  return { sql: `${inner.sql}${sql}`, columns }
}

function withRelations(query: Query, outer: Environment): { environment: Environment; sql: string } {
  const { recursive, queries } = query.with as NonNullable<Query['with']>
  const relations = new Map(outer.relations)
  const names = new Set<string>()
  let environment: Environment = { ...withoutGrouping(outer), relations }
  let isRecursive = false
  const parts: string[] = []
  for (const named of queries) {
    const key = named.name.text.toLowerCase()
    if (names.has(key)) throw new TranslateError(`WITH names ${named.name.text} twice.`, named.name)
    names.add(key)
    const name = environment.fresh('q')
    const steps = recursive ? recursion(named.query, key) : undefined
    let translated: TranslatedQuery
    if (steps) {
      isRecursive = true
      translated = translateRecursion(named, steps, name, environment)
    } else translated = translateQuery(named.query, environment)
    const labels = named.columns
    if (labels && labels.length !== translated.columns.length) {
      const message = `WITH names ${labels.length} columns for ${named.name.text}, whose query has ${translated.columns.length}.`
      throw new TranslateError(message, named.name)
    }
    const columns = translated.columns.map((column, at) => ({
      ...column,
      label: labels?.[at]?.text ?? column.label,
    }))
    const relation: NamedRelation = { sql: name, columns }
    environment = { ...environment, relations: new Map(environment.relations).set(key, relation) }
    parts.push(`${name}(${columns.map((column) => column.name).join(', ')}) AS (${translated.sql})`)
  }
  return { environment, sql: `WITH ${isRecursive ? 'RECURSIVE ' : ''}${parts.join(', ')} ` }
}

interface Recursion {
  readonly base: QueryBody
  readonly step: QueryBody
  readonly all: boolean
}

/** The two sides of a query that reads itself; undefined when it does not. */
function recursion(query: Query, name: string): Recursion | undefined {
  if (!mentions(query, name)) return undefined
  const { body } = query
  if (body.kind !== 'setOperation' || body.operator !== 'UNION' || mentions(body.left, name)) return undefined
  return { base: body.left, step: body.right, all: body.all }
}

function mentions(part: unknown, name: string): boolean {
  if (typeof part !== 'object' || part === null) return false
  if ('kind' in part && part.kind === 'table' && 'name' in part && Array.isArray(part.name)) {
    if (part.name.length === 1 && part.name[0].text.toLowerCase() === name) return true
  }
  return Object.values(part).some((value) => mentions(value, name))
}

function translateRecursion(
  named: NonNullable<Query['with']>['queries'][number],
  { base, step, all }: Recursion,
  name: string,
  environment: Environment,
): TranslatedQuery {
  if (!named.columns)
    throw new TranslateError('A recursive query lists its columns after its name.', named.name)
  const first = translateBody(base, environment, false)
  const columns = first.columns.map((column, at) => ({
    ...column,
    label: named.columns?.[at]?.text ?? column.label,
  }))
  const relations = new Map(environment.relations).set(named.name.text.toLowerCase(), { sql: name, columns })
  const next = translateBody(step, { ...environment, relations }, false)
  const fitted = fitColumns(
    next,
    first.columns.map((column) => column.type),
    environment,
    named,
  )
  return { sql: `(${first.sql}) UNION ${all ? 'ALL ' : ''}(${fitted})`, columns: first.columns }
}

function translateOrdered(query: Query, environment: Environment, top: boolean): TranslatedQuery {
  const { body } = query
  const limit = limitSql(query)
  if (body.kind === 'select') return translateSelect(body, query.orderBy, limit, environment, top)
  if (query.orderBy.length === 0 && limit === '') return translateBody(body, environment, top)
  const translated = translateBody(body, environment, false)
  const alias = environment.fresh('t')
  const scope: Scope = {
    columns: translated.columns.map((column) => ({
      label: column.label,
      sql: `${alias}.${column.name}`,
      type: column.type,
    })),
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

function columnValue(column: ScopeColumn): Typed {
  return { sql: column.sql, type: column.type }
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

function translateBody(body: QueryBody, environment: Environment, top: boolean): TranslatedQuery {
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
        throw new TranslateError(message, body)
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
        throw new TranslateError(message, body)
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

/** The query with its columns in the types given, and under the names given. */
function fitColumns(
  query: TranslatedQuery,
  types: readonly SqlType[],
  environment: Environment,
  span: { start: number; end: number },
  names?: readonly string[],
): string {
  if (query.columns.length !== types.length) {
    throw new TranslateError(
      `The two sides of UNION have ${types.length} and ${query.columns.length} columns.`,
      span,
    )
  }
  const alias = environment.fresh('t')
  const items = query.columns.map((column, at) => {
    const type = types[at] as SqlType
    const value = { sql: `${alias}.${column.name}`, type: column.type }
    const common = commonTypeOf([value, { sql: '', type }])
    if (!common || typeName(common) !== typeName(type)) {
      const message = `Column ${at + 1} is ${typeName(column.type)} where ${typeName(type)} was expected.`
      throw new TranslateError(message, span)
    }
    return `${coerce(value, type)} AS ${names?.[at] ?? column.name}`
  })
  return `SELECT ${items.join(', ')} FROM (${query.sql}) AS ${alias}`
}

function translateValues(body: Values, environment: Environment, top: boolean): TranslatedQuery {
  const plain: Environment = { ...environment, noAggregates: 'VALUES', noWindows: 'VALUES' }
  const rows = body.rows.map((row) => valuesRow(row, plain))
  const width = (rows[0] as Typed[]).length
  const types: SqlType[] = []
  for (let at = 0; at < width; at++) {
    const type = commonTypeOf(rows.map((row) => row[at] ?? { sql: '', type: { kind: 'unknown' } }))
    if (!type) throw new TranslateError(`Column ${at + 1} of VALUES has rows of different types.`, body)
    types.push(type)
  }
  const lines = rows.map((row, line) => {
    if (row.length !== width) {
      throw new TranslateError(
        `This row has ${row.length} values, the first has ${width}.`,
        body.rows[line] ?? body,
      )
    }
    return `(${row.map((value, at) => coerce(value, types[at] as SqlType)).join(', ')})`
  })
  const columns = types.map((type, at) => {
    const label = `_col${at}`
    return { label, name: top ? quoteLabel(label, body) : environment.fresh('c'), type }
  })
  const alias = environment.fresh('t')
  const names = columns.map((column) => column.name).join(', ')
  return { sql: `SELECT * FROM (VALUES ${lines.join(', ')}) AS ${alias}(${names})`, columns }
}

/** Values of one row: a row, however it is written, is spread over the columns. */
function valuesRow(row: Expression, environment: Environment): Typed[] {
  if (row.kind === 'row') return row.items.map((item) => render(item, environment))
  const value = render(row, environment)
  const { type } = value
  if (type.kind !== 'row') return [value]
  return type.fields.map((field, at) => ({
    sql: `(${value.sql}).${quoteIdentifier(fieldName(field, at))}`,
    type: field.type,
  }))
}

function translateSelect(
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
  const where = select.where && renderBoolean(select.where, noAggregates(base, 'WHERE'), 'WHERE')

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
  const having = select.having && renderBoolean(select.having, noWindows(grouped, 'HAVING'), 'HAVING')
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
  const columns = outputs.map(({ label, name, type }) => ({ label, name, type }))
  return { sql: sql.filter(Boolean).join(' ') + limit, columns }
}

function withoutGrouping(environment: Environment): Environment {
  const { grouping: _grouping, noAggregates: _aggregates, noWindows: _windows, ...rest } = environment
  return rest
}

function noAggregates(environment: Environment, place: string): Environment {
  return { ...environment, noAggregates: place, noWindows: place }
}

function noWindows(environment: Environment, place: string): Environment {
  return { ...environment, noWindows: place }
}

/** How a named window is called in DuckDB. */
export function windowName(name: string): string {
  return quoteIdentifier(`w_${name.toLowerCase()}`)
}

function quoteLabel(label: string, span: { start: number; end: number }): string {
  if (label.includes('\0')) throw new TranslateError('A name must not hold a NUL character.', span)
  return quoteIdentifier(label)
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
    return { sql: column.sql, type: column.type, span: item, label }
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

/** Index of the column that an ordinal means; undefined for another expression. */
function ordinal(expression: Expression, count: number, place: string): number | undefined {
  if (expression.kind !== 'integer') return undefined
  const at = Number(expression.text)
  if (at < 1 || at > count) {
    throw new TranslateError(
      `${place} names column ${expression.text}, but there are ${count} columns.`,
      expression,
    )
  }
  return at - 1
}

function translateSortItem(
  item: SortItem,
  outputs: readonly Output[],
  environment: Environment,
  distinct: boolean,
): string {
  const at = ordinal(item.expression, outputs.length, 'ORDER BY') ?? aliasIndex(item.expression, outputs)
  if (at !== undefined) {
    const output = outputs[at] as Output
    requireOrderable(output.type, item)
    return `${at + 1}${direction(item)}`
  }
  const value = render(item.expression, withOutputs(environment, outputs), { zoned: true })
  if (distinct && !outputs.some((output) => output.sql === value.sql)) {
    throw new TranslateError('With SELECT DISTINCT, ORDER BY takes columns of the result only.', item)
  }
  return sortSql(value, item)
}

/** Index of the output column that a plain name means: Trino looks at the result's names first. */
function aliasIndex(expression: Expression, outputs: readonly Output[]): number | undefined {
  if (expression.kind !== 'name') return undefined
  const wanted = expression.name.text.toLowerCase()
  const found = outputs.flatMap((output, at) => (output.label.toLowerCase() === wanted ? [at] : []))
  if (found.length > 1 && new Set(found.map((at) => outputs[at]?.sql)).size > 1) {
    throw new TranslateError(
      `Column ${expression.name.text} is ambiguous: the result has it twice.`,
      expression,
    )
  }
  return found[0]
}

/** In ORDER BY, names of the result also stand inside expressions, before those of FROM. */
function withOutputs(environment: Environment, outputs: readonly Output[]): Environment {
  const parameters = new Map<string, Typed>()
  const ambiguous = new Set<string>()
  for (const { label, sql, type, zone, expression } of outputs) {
    const name = label.toLowerCase()
    if (!expression || ambiguous.has(name)) continue
    if (parameters.has(name) && parameters.get(name)?.sql !== sql) {
      parameters.delete(name)
      ambiguous.add(name)
    } else parameters.set(name, { sql, type, ...(zone !== undefined && { zone }) })
  }
  if (parameters.size === 0) return environment
  return { ...environment, scope: { columns: [], parameters, ofResult: true, parent: environment.scope } }
}

/** A sort key; nulls come last in both directions, unless the statement says otherwise, as in Trino. */
export function sortSql(value: Typed, item: SortItem): string {
  requireOrderable(value.type, item)
  // A bare number would be an ordinal.
  const sql = value.integer === undefined ? value.sql : `(${value.sql} + 0)`
  return `${sql}${direction(item)}`
}

function direction(item: SortItem): string {
  return `${item.descending ? ' DESC' : ' ASC'} NULLS ${item.nulls ?? 'LAST'}`
}

function requireOrderable(type: SqlType, span: { start: number; end: number }): void {
  if (!isOrderable(type)) throw new TranslateError(`A value of type ${typeName(type)} has no order.`, span)
}

function requireComparable(type: SqlType, place: string, span: { start: number; end: number }): void {
  if (!isComparable(type)) {
    throw new TranslateError(
      `A value of type ${typeName(type)} can't be compared, which ${place} needs.`,
      span,
    )
  }
}

function translateGroupBy(
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
    const sets = element.sets.map((set) => `(${set.map(key).join(', ')})`).join(', ')
    return { rollup: `ROLLUP (${sets})`, cube: `CUBE (${sets})`, sets: `GROUPING SETS (${sets})` }[
      element.kind
    ]
  }
  const parts = groupBy.elements.map(elementSql).filter((part) => part !== '')
  return { sql: parts.length > 0 ? parts.join(', ') : '()', keys }
}
