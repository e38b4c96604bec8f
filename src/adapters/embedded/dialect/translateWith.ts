import type { Query, QueryBody } from '../../../trino/ast.js'
import { checkRecursion, mentions } from './checkRecursion.js'
import { type Environment, type NamedRelation, withoutGrouping } from './environment.js'
import { fitColumns } from './fitColumns.js'
import type { TranslatedQuery } from './translatedQuery.js'
import { TranslateError } from './translateError.js'
import { requireComparable } from './translateGroupBy.js'
import { failWhen } from './typed.js'

export function translateWith(query: Query, outer: Environment): { environment: Environment; sql: string } {
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
    if (recursive && !named.columns) {
      const message =
        'In WITH RECURSIVE every query, also one that does not read itself, lists its columns after its name.'
      throw new TranslateError(message, named.name)
    }
    const name = environment.fresh('q')
    const steps = recursive ? recursion(named.query, key) : undefined
    let translated: TranslatedQuery
    if (steps) {
      isRecursive = true
      const working = environment.fresh('r')
      const recursive = translateRecursion(named, steps, working, environment)
      parts.push(recursive.working)
      translated = recursive.result
    } else translated = environment.translator.query(named.query, environment)
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
  checkRecursion(query, body.left, body.right, name)
  return { base: body.left, step: body.right, all: body.all }
}

/** Steps that Athena takes, which is Trino's default. The engines differ in what they would do without a limit. */
const MOST_STEPS = 10

/**
 * A recursion as two queries: the working one counts its steps in a column of its own and fails beyond the limit; the
 * result reads all of it, so that no LIMIT around it ends it before. As Trino does, UNION drops repeated rows at the end only.
 */
function translateRecursion(
  named: NonNullable<Query['with']>['queries'][number],
  { base, step, all }: Recursion,
  working: string,
  environment: Environment,
): { readonly working: string; readonly result: TranslatedQuery } {
  const first = environment.translator.body(base, environment, false)
  const columns = first.columns.map(({ label, name, type }, at) => ({
    label: named.columns?.[at]?.text ?? label,
    name,
    type,
  }))
  const relations = new Map(environment.relations)
  relations.set(named.name.text.toLowerCase(), { sql: working, columns })
  const next = environment.translator.body(step, { ...environment, relations }, false)
  const types = first.columns.map((column) => column.type)
  const fitted = fitColumns(next, types, environment, named)
  if (!all) for (const type of types) requireComparable(type, 'UNION', named)
  const [depth, alias] = [environment.fresh('d'), environment.fresh('t')]
  const steps = `(SELECT max(${depth}) FROM ${working})`
  const message = `A recursive query takes more than ${MOST_STEPS} steps, which is the most that Athena takes.`
  const counted = failWhen(`${steps} >= ${MOST_STEPS}`, message, `${steps} + 1`)
  const names = first.columns.map((column) => column.name).join(', ')
  const parts = [
    `${working}(${names}, ${depth}) AS (SELECT *, 0 FROM (${first.sql}) AS ${alias}`,
    `UNION ALL SELECT *, ${counted} FROM (${fitted}) AS ${alias})`,
  ]
  const whole = `(SELECT *, max(${depth}) OVER () AS ${alias} FROM ${working})`
  const sql = `SELECT ${all ? '' : 'DISTINCT '}${names} FROM ${whole} WHERE ${alias} <= ${MOST_STEPS}`
  return { working: parts.join(' '), result: { sql, columns } }
}
