import {
  type AnalyzedStatements,
  analyzeStatements,
  type StatementInput,
} from '../../src/compiler/sql/analyzeStatements.js'
import type { Argument, ScalarName, TypeRef } from '../../src/model/types.js'
import type { SqlChecker } from '../../src/ports/sqlChecker.js'
import { catalogOf } from './catalogOf.js'

/** A schema with a reserved word for a table and one for a column, value types, lists and an enum. */
const SCHEMA = `
  type User { id: ID! name: String! email: AWSEmail group: String tags: [String!] address: Address age: Int mood: Mood }
  type Order { id: ID! userId: ID! total: Float! placedAt: AWSDateTime! day: Int }
  type Product { id: ID! name: String! price: Float }
  type Address { city: String street: String }
  enum Mood { SAD HAPPY }
  type Row @task_response { name: String! total: Float }
`

const scalar = (name: ScalarName, nonNull = false): TypeRef => ({ kind: 'scalar', name, nonNull })

const ARGS: readonly Argument[] = [
  { name: 'text', type: scalar('String') },
  { name: 'count', type: scalar('Int') },
  { name: 'at', type: scalar('AWSDateTime') },
  { name: 'user', type: scalar('ID', true) },
  { name: 'userId', type: scalar('ID', true) },
  { name: 'texts', type: { kind: 'list', item: scalar('String', true), nonNull: false } },
]

export const shop = catalogOf(SCHEMA).catalog

/** A field whose type fits the statement's kind. Arguments: text, count, at, user (ID!), userId (ID!), texts ([String!]). */
export function field(sql: string, given: Partial<StatementInput> = {}): StatementInput {
  const first = sql.trim().slice(0, 6).toUpperCase()
  const isInsert = first === 'INSERT'
  const mutation = isInsert || first === 'DELETE'
  return {
    parent: mutation ? 'Mutation' : 'Query',
    name: 'field',
    args: ARGS,
    returns: mutation
      ? scalar('Boolean', isInsert)
      : { kind: 'list', item: scalar('String'), nonNull: false },
    mode: 'TASK',
    sql,
    ...given,
  }
}

export const LIKES =
  'INSERT INTO $join_table(likes) (userId:User, productId:Product, rating:Int) VALUES ($args.user, $args.userId, 5)'

/** One statement after the INSERT that declares the join table `likes`. */
export async function analyze(
  sql: string,
  given: Partial<StatementInput> = {},
  checker?: SqlChecker,
): Promise<AnalyzedStatements> {
  return analyzeStatements([field(LIKES, { name: 'like' }), field(sql, given)], shop, checker)
}

/** The mistakes of a statement as `code "place" message | hint`, warnings left out. */
export async function mistakes(
  sql: string,
  given: Partial<StatementInput> = {},
  checker?: SqlChecker,
): Promise<string[]> {
  const { problems } = await analyze(sql, given, checker)
  return problems
    .filter((problem) => problem.severity !== 'warning')
    .map(({ code, offset, length, message, hint }) => {
      const place = JSON.stringify(sql.slice(offset, offset + length))
      return `${code} ${place} ${message}${hint === undefined ? '' : ` | ${hint}`}`
    })
}

/** The statement's template with arguments as `{name:context}`. */
export async function compiled(
  sql: string,
  given: Partial<StatementInput> = {},
): Promise<string | undefined> {
  const { statements } = await analyze(sql, given)
  const statement = statements.find(({ name }) => name === 'field')
  if (!statement || statement.kind === 'insert') return undefined
  return statement.sql.map((part) => ('text' in part ? part.text : `{${part.arg}:${part.context}}`)).join('')
}
