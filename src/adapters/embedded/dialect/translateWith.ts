import type { Query, QueryBody } from '../../../trino/ast.js'
import { checkRecursion, mentions } from './checkRecursion.js'
import { type Environment, type NamedRelation, withoutGrouping } from './environment.js'
import { fitColumns } from './fitColumns.js'
import type { TranslatedQuery } from './translatedQuery.js'
import { TranslateError } from './translateError.js'

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
      translated = translateRecursion(named, steps, name, environment)
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

function translateRecursion(
  named: NonNullable<Query['with']>['queries'][number],
  { base, step, all }: Recursion,
  name: string,
  environment: Environment,
): TranslatedQuery {
  const first = environment.translator.body(base, environment, false)
  const columns = first.columns.map((column, at) => ({
    ...column,
    label: named.columns?.[at]?.text ?? column.label,
  }))
  const relations = new Map(environment.relations).set(named.name.text.toLowerCase(), { sql: name, columns })
  const next = environment.translator.body(step, { ...environment, relations }, false)
  const fitted = fitColumns(
    next,
    first.columns.map((column) => column.type),
    environment,
    named,
  )
  return { sql: `(${first.sql}) UNION ${all ? 'ALL ' : ''}(${fitted})`, columns: first.columns }
}
