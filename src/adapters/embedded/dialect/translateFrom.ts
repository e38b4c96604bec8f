import type {
  Expression,
  Join,
  Relation,
  SubqueryRelation,
  TableRelation,
  UnnestRelation,
} from '../../../trino/ast.js'
import { closestName } from './closestName.js'
import { checkCorrelation, holdsQuery } from './correlation.js'
import { fieldName, quoteIdentifier } from './ddl.js'
import type { Environment } from './environment.js'
import { equal } from './equality.js'
import { render, renderFilter } from './render.js'
import { columnValue, type Scope, type ScopeColumn } from './scope.js'
import type { OutputColumn } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import { coerce, coerced, commonTypeOf, knownOf, type Typed } from './typed.js'
import { BIGINT, isComparable, type SqlType, typeName } from './types.js'

export interface TranslatedFrom {
  /** Empty for a SELECT without FROM. */
  readonly sql: string
  readonly columns: readonly ScopeColumn[]
}

/** Translates the items of FROM, each of which sees the ones before it where it is LATERAL or UNNEST. */
export function translateFrom(relations: readonly Relation[], outer: Environment): TranslatedFrom {
  let sql = ''
  let columns: readonly ScopeColumn[] = []
  for (const relation of relations) {
    const next = translateRelation(relation, outer, columns)
    sql = sql === '' ? next.sql : `${sql} CROSS JOIN ${next.sql}`
    columns = [...columns, ...next.columns]
  }
  requireDistinctAliases(relations)
  return { sql, columns }
}

function requireDistinctAliases(relations: readonly Relation[]): void {
  const seen = new Set<string>()
  const visit = (relation: Relation): void => {
    if (relation.kind === 'join') {
      visit(relation.left)
      visit(relation.right)
      return
    }
    const name = relation.alias ?? (relation.kind === 'table' ? relation.name.at(-1) : undefined)
    if (!name) return
    const key = name.text.toLowerCase()
    if (seen.has(key))
      throw new TranslateError(`FROM has two relations ${name.text}: give one an alias.`, name)
    seen.add(key)
  }
  relations.forEach(visit)
}

/** `left` are the columns that a LATERAL relation may use. */
function translateRelation(
  relation: Relation,
  outer: Environment,
  left: readonly ScopeColumn[],
): TranslatedFrom {
  switch (relation.kind) {
    case 'table':
      return translateTable(relation, outer)
    case 'subquery':
      return translateSubquery(relation, outer, left)
    case 'unnest':
      return translateUnnest(relation, outer, left)
    case 'join':
      return translateJoin(relation, outer, left)
  }
}

function translateTable(relation: TableRelation, outer: Environment): TranslatedFrom {
  const name = relation.name.at(-1) as (typeof relation.name)[number]
  const found = relation.name.length === 1 ? outer.relations.get(name.text.toLowerCase()) : undefined
  if (!found) {
    const full = relation.name.map((part) => part.text).join('.')
    const close = closestName(name.text, [...outer.relations.keys()])
    const hint = close === undefined || close === full.toLowerCase() ? '' : `; did you mean ${close}`
    throw new TranslateError(`Table ${full} does not exist${hint}.`, relation)
  }
  const alias = outer.fresh('t')
  const columns = found.columns.map((column) => columnOf(column, alias))
  return { sql: `${found.sql} AS ${alias}`, columns: named(relation, columns, name.text) }
}

function columnOf({ name, ...rest }: OutputColumn, alias: string): ScopeColumn {
  return { ...rest, sql: `${alias}.${name}` }
}

/** Columns under the relation's alias and column aliases. */
function named(
  relation: TableRelation | SubqueryRelation | UnnestRelation,
  columns: readonly ScopeColumn[],
  name?: string,
): ScopeColumn[] {
  const labels = relation.columns
  if (labels && labels.length !== columns.length) {
    const message = `The alias names ${labels.length} columns, the relation has ${columns.length}.`
    throw new TranslateError(message, relation)
  }
  const alias = (relation.alias?.text ?? name)?.toLowerCase()
  return columns.map((column, at) => ({
    ...column,
    label: labels?.[at]?.text ?? column.label,
    ...(alias !== undefined && { relation: alias }),
  }))
}

function lateralScope(outer: Environment, left: readonly ScopeColumn[]): Scope {
  return { columns: left, parent: outer.scope }
}

function translateSubquery(
  relation: SubqueryRelation,
  outer: Environment,
  left: readonly ScopeColumn[],
): TranslatedFrom {
  const inside = relation.lateral ? { ...outer, scope: lateralScope(outer, left) } : outer
  const before = inside.references.length
  const query = inside.translator.query(relation.query, inside)
  if (relation.lateral) {
    checkCorrelation('lateral', relation.query, inside.scope, inside.references.slice(before))
  }
  const alias = outer.fresh('t')
  const columns = query.columns.map((column) => columnOf(column, alias))
  const lateral = relation.lateral ? 'LATERAL ' : ''
  return { sql: `${lateral}(${query.sql}) AS ${alias}`, columns: named(relation, columns) }
}

/**
 * UNNEST as a lateral subquery. Several arrays go side by side, the shorter ones filled with nulls; an array of rows
 * gives a column for each field, a map one for keys and one for values.
 */
function translateUnnest(
  relation: UnnestRelation,
  outer: Environment,
  left: readonly ScopeColumn[],
): TranslatedFrom {
  const inside: Environment = {
    ...outer,
    scope: lateralScope(outer, left),
    noAggregates: 'UNNEST',
    noWindows: 'UNNEST',
  }
  const inner = outer.fresh('t')
  const items: string[] = []
  const lengths: string[] = []
  const outputs: { sql: string; type: SqlType; label?: string }[] = []
  const add = (list: string, type: SqlType) => {
    const name = outer.fresh('u')
    items.push(`unnest(${list}) AS ${name}`)
    if (type.kind !== 'row') outputs.push({ sql: `${inner}.${name}`, type })
    else {
      for (const [at, field] of type.fields.entries()) {
        const sql = `(${inner}.${name}).${quoteIdentifier(fieldName(field, at))}`
        outputs.push({ sql, type: field.type, ...(field.name !== undefined && { label: field.name }) })
      }
    }
  }
  for (const expression of relation.expressions) {
    const value = render(expression, inside)
    if (value.type.kind === 'array') {
      add(value.sql, value.type.item)
      lengths.push(`len(${value.sql})`)
    } else if (value.type.kind === 'map') {
      add(`map_keys(${value.sql})`, value.type.key)
      add(`map_values(${value.sql})`, value.type.value)
      lengths.push(`cardinality(${value.sql})`)
    } else
      throw new TranslateError(`UNNEST takes an array or a map, not ${typeName(value.type)}.`, expression)
  }
  if (relation.ordinality) {
    const name = outer.fresh('u')
    items.push(`unnest(range(1, 1 + CAST(greatest(${lengths.join(', ')}, 0) AS BIGINT))) AS ${name}`)
    outputs.push({ sql: `${inner}.${name}`, type: BIGINT })
  }
  const alias = outer.fresh('t')
  const columns = outputs.map((output, at): ScopeColumn & { name: string } => {
    const name = outer.fresh('c')
    return { label: output.label ?? `_col${at}`, sql: `${alias}.${name}`, type: output.type, name }
  })
  const list = outputs.map((output, at) => `${output.sql} AS ${columns[at]?.name}`).join(', ')
  const sql = `LATERAL (SELECT ${list} FROM (SELECT ${items.join(', ')}) AS ${inner}) AS ${alias}`
  const plain = columns.map(({ label, sql: reference, type }) => ({ label, sql: reference, type }))
  return { sql, columns: named(relation, plain) }
}

function translateJoin(join: Join, outer: Environment, before: readonly ScopeColumn[]): TranslatedFrom {
  const left = translateRelation(join.left, outer, before)
  const right = translateRelation(join.right, outer, [...before, ...left.columns])
  if (join.type === 'CROSS') {
    return { sql: `(${left.sql} CROSS JOIN ${right.sql})`, columns: [...left.columns, ...right.columns] }
  }
  const lateral = join.right.kind === 'unnest' || (join.right.kind === 'subquery' && join.right.lateral)
  if (lateral && join.type !== 'INNER' && join.type !== 'LEFT') {
    throw new TranslateError(`A ${join.type} JOIN can't have UNNEST or LATERAL on its right side.`, join)
  }
  if (join.using) return joinUsing(join, left, right)
  const columns = [...left.columns, ...right.columns]
  const scope: Scope = { columns, parent: outer.scope }
  const inside: Environment = { ...outer, scope, noAggregates: 'ON', noWindows: 'ON' }
  if (join.type === 'LEFT' && join.right.kind === 'unnest' && !isTrue(join.on)) {
    throw new TranslateError('A LEFT JOIN with UNNEST takes no condition but ON TRUE.', join.on ?? join)
  }
  if (join.type !== 'INNER' && holdsQuery(join.on)) {
    throw new TranslateError('ON of an outer join takes no subquery here: write it in FROM.', join.on ?? join)
  }
  const on = join.on ? renderFilter(join.on, inside, 'ON') : 'TRUE'
  return { sql: `(${left.sql} ${join.type} JOIN ${right.sql} ON ${on})`, columns }
}

function isTrue(expression: Expression | undefined): boolean {
  return expression === undefined || (expression.kind === 'boolean' && expression.value)
}

/** USING: each of its columns stands once, before the others, and belongs to neither side. */
function joinUsing(join: Join, left: TranslatedFrom, right: TranslatedFrom): TranslatedFrom {
  const merged: ScopeColumn[] = []
  const conditions: string[] = []
  const names = new Set<string>()
  for (const name of join.using ?? []) {
    const key = name.text.toLowerCase()
    const pick = (side: TranslatedFrom): ScopeColumn => {
      const found = side.columns.filter((column) => column.label.toLowerCase() === key)
      if (found.length === 1) return found[0] as ScopeColumn
      const problem = found.length === 0 ? 'is missing on one side' : 'is ambiguous on one side'
      throw new TranslateError(`Column ${name.text} of USING ${problem}.`, name)
    }
    if (names.has(key)) throw new TranslateError(`USING names ${name.text} twice.`, name)
    names.add(key)
    const sides: Typed[] = [pick(left), pick(right)].map(columnValue)
    const type = commonTypeOf(sides)
    if (!type) throw new TranslateError(`Column ${name.text} has different types on the two sides.`, name)
    if (!isComparable(type)) {
      throw new TranslateError(`Column ${name.text} of USING can't be compared: ${typeName(type)}.`, name)
    }
    const [a, b] = sides.map((side) => coerce(side, type)) as [string, string]
    conditions.push(equal(...(sides.map((side) => coerced(side, type)) as [Typed, Typed])))
    const sql = { INNER: a, LEFT: a, RIGHT: b, FULL: `coalesce(${a}, ${b})`, CROSS: a }[join.type]
    merged.push({ label: pick(left).label, sql, type, ...knownOf(sides) })
  }
  const rest = [...left.columns, ...right.columns].filter((column) => !names.has(column.label.toLowerCase()))
  return {
    sql: `(${left.sql} ${join.type} JOIN ${right.sql} ON ${conditions.join(' AND ')})`,
    columns: [...merged, ...rest],
  }
}
