import { Dialect, parse, tokenize } from '@polyglot-sql/sdk'
import { expect, test } from 'vitest'
import { analyzeStatements } from '../../src/compiler/sql/analyzeStatements.js'
import { AppError } from '../../src/errors/appError.js'
import type { Json, JsonObject } from '../../src/model/json.js'
import type { Argument, SqlTemplate, TypeRef } from '../../src/model/types.js'
import { bindStatement } from '../../src/runtime/statements/bindStatement.js'
import { lex } from '../../src/trino/lex.js'
import { parseStatement } from '../../src/trino/parseStatement.js'
import { catalogOf } from '../statements/catalogOf.js'
import {
  hostileFloat,
  hostileInt,
  hostileText,
  hostileTimestamp,
  pick,
  seededRandom,
} from '../statements/hostileValues.js'

const SEED = Number(process.env.OCG_FUZZ_SEED ?? Date.now() % 1_000_000)
/** More of them, with more than 1,000,000 values: `OCG_FUZZ_BINDINGS=400000 npx vitest run test/property/statementShape.test.ts`. */
const BINDINGS = Number(process.env.OCG_FUZZ_BINDINGS ?? 105_000)
/** Every so many bindings two other parsers confirm. */
const PARSE_EVERY = 40

const SCHEMA = `
  type User { id: ID! name: String age: Int score: Float seenAt: AWSDateTime born: AWSDate mood: Mood tags: [String!] stamp: AWSTimestamp }
  enum Mood { SAD HAPPY }
  type Query { ${statements().join('\n')} }
  type Mutation {
    add(u: ID!): Boolean! @sql_query(query: "INSERT INTO $join_table(knows) (userId:User, otherId:User) VALUES ($args.u, 'x')")
    drop(t: String, i: Int): Boolean @sql_query(query: "DELETE k FROM $join_table(knows) k JOIN user u ON u.id=k.userId WHERE u.name=$args.t OR u.age-$args.i>0")
  }
`

function statements(): string[] {
  const args =
    '(t: String, i: Int, f: Float, b: Boolean, at: AWSDateTime, d: AWSDate, s: AWSTimestamp, m: Mood, id: ID, ts: [String], is: [Int!], fs: [Float], n: Int)'
  return [
    'SELECT name FROM user WHERE name=$args.t',
    "SELECT name FROM user WHERE name LIKE '%$args.t%' AND id=$args.id",
    "SELECT name FROM user WHERE name='a$args.t$args.t'||$args.t||'$args.i'",
    'SELECT age-$args.i-$args.f FROM user WHERE age-$args.i<-$args.i',
    'SELECT name FROM user WHERE age*$args.f>=$args.s-$args.i AND mood=$args.m',
    'SELECT name FROM user WHERE id IN $args.ts OR id IN ($args.ts) OR id IN ($args.t,$args.id)',
    'SELECT name FROM user WHERE age IN($args.is)OR score IN $args.fs LIMIT $args.n',
    'SELECT cardinality($args.ts), element_at($args.is,1) FROM user OFFSET $args.n ROWS FETCH FIRST $args.n ROWS ONLY',
    "SELECT name FROM user WHERE seenAt>$args.at AND born<$args.d AND seenAt-interval '$args.i' day<TIMESTAMP '$args.at'",
    'SELECT CASE WHEN $args.b THEN $args.t ELSE name END FROM user WHERE $args.b IS NULL OR name IS NOT NULL',
    'WITH q AS (SELECT id,$args.t AS v FROM user WHERE name<>$args.t)SELECT v FROM q UNION ALL SELECT $args.id FROM user',
    "SELECT lower($args.t)||'it''s $args.t' FROM user /* a comment */ WHERE name=$args.t -- another\n",
  ].map((sql, index) => `q${index}${args}: [String] @sql_query(query: ${JSON.stringify(sql)})`)
}

test('no value changes the shape of a statement', { timeout: 60_000 + BINDINGS * 2 }, async () => {
  process.stdout.write(`seed ${SEED}; run it again with OCG_FUZZ_SEED=${SEED}\n`)
  const random = seededRandom(SEED)
  const { catalog, inputs } = catalogOf(SCHEMA)
  const analyzed = await analyzeStatements(inputs, catalog)
  expect(analyzed.problems.filter(({ severity }) => severity !== 'warning')).toEqual([])
  const subjects = analyzed.statements.flatMap((one) => (one.kind === 'insert' ? [] : [one]))
  expect(subjects).toHaveLength(13)

  // Only what a statement uses is worth a hostile value.
  const used = subjects.map(({ name, sql, args }) => {
    const names = new Set(sql.flatMap((part) => ('arg' in part ? part.arg : [])))
    return { name, sql, args: args.filter((argument) => names.has(argument.name)) }
  })
  const shapes = new Map<string, string>()
  const refusals = new Map<string, number>()
  const counts = { values: 0, bound: 0, parsed: 0, refused: 0 }
  for (let run = 0; run < BINDINGS; run += 1) {
    const { sql, args, name } = used[run % used.length] as (typeof used)[number]
    const values = hostileArguments(args, random)
    counts.values += valuesIn(Object.values(values))
    const bound = bindOrRefuse(sql, args, values)
    if (bound instanceof AppError) {
      // A refusal names the argument, and is one of the documented ones.
      expect(bound.code).toBe('BadInput')
      refusals.set(bound.message, (refusals.get(bound.message) ?? 0) + 1)
      counts.refused += 1
      continue
    }
    const harmless = bindStatement(sql, args, harmlessLike(args, values), { enums: catalog.enums })
    let shape = shapes.get(harmless)
    if (shape === undefined) {
      shape = tokenShape(harmless)
      shapes.set(harmless, shape)
    }
    if (tokenShape(bound) !== shape) failWith(name, values, bound)
    counts.bound += 1
    if (run % PARSE_EVERY === 0 && bound.length < 5000) {
      if (treeShape(bound) !== treeShape(harmless)) failWith(name, values, bound)
      if (polyglotTokens(bound) !== polyglotTokens(harmless)) failWith(name, values, bound)
      if (trinoShape(bound) !== trinoShape(harmless)) failWith(name, values, bound)
      counts.parsed += 1
    }
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`)
  expect(counts.bound + counts.refused).toBe(BINDINGS)
  expect(counts.values).toBeGreaterThan(BINDINGS * 2)
  expect(counts.bound).toBeGreaterThan(BINDINGS * 0.95)
  expect(counts.parsed).toBeGreaterThan(BINDINGS / 50)
  expect([...refusals.keys()].every((message) => /^The argument \w+ /.test(message))).toBe(true)
})

test('the comparison notices an argument that is pasted in', () => {
  const paste = (value: string) => `SELECT name FROM user WHERE name = '${value}'`
  expect(tokenShape(paste("x' OR '1'='1"))).not.toBe(tokenShape(paste('x')))
  expect(treeShape(paste("x' OR '1'='1"))).not.toBe(treeShape(paste('x')))
  expect(tokenShape('SELECT 1--1')).not.toBe(tokenShape('SELECT 1-(-1)'))
})

function hostileArguments(args: readonly Argument[], random: () => number): JsonObject {
  return Object.fromEntries(
    args.map(({ name, type }) => [name, name === 'n' ? rowCount(random) : hostile(type, random)]),
  )
}

function rowCount(random: () => number): Json {
  return random() < 0.99 ? Math.floor(random() * 1000) : pick([-1, null], random)
}

function hostile(type: TypeRef, random: () => number): Json {
  if (!type.nonNull && random() < 0.01) return null
  if (type.kind === 'list') {
    const length = random() < 0.01 ? 0 : 1 + Math.floor(random() * 4)
    return Array.from({ length }, () => hostile(type.item, random))
  }
  if (type.kind === 'enum') return pick(['SAD', 'HAPPY'], random)
  switch (type.name) {
    case 'Int':
      return hostileInt(random)
    case 'Float':
      return hostileFloat(random)
    case 'AWSTimestamp':
      return hostileTimestamp(random)
    case 'Boolean':
      return random() < 0.5
    case 'AWSDateTime':
      return pick(
        ['2024-02-29T23:59:59.999999999+18:00', '0001-01-01T00:00Z', '9999-12-31T23:59:59Z'],
        random,
      )
    case 'AWSDate':
      return pick(['2024-02-29', '0001-01-01Z', '9999-12-31-18:00'], random)
    default:
      return hostileText(random)
  }
}

/** The same values with each text and number made harmless; nulls, signs and lengths stay. */
function harmlessLike(args: readonly Argument[], values: JsonObject): JsonObject {
  const calm = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(calm)
    if (typeof value === 'number') return value < 0 || Object.is(value, -0) ? -1 : 1
    return value
  }
  return Object.fromEntries(
    args.map(({ name, type }) => {
      const value = calm(values[name] ?? null)
      return [name, isText(type) ? calmText(value) : value]
    }),
  )
}

function calmText(value: Json): Json {
  if (Array.isArray(value)) return value.map(calmText)
  return typeof value === 'string' ? 'x' : value
}

function isText(type: TypeRef): boolean {
  if (type.kind === 'list') return isText(type.item)
  return type.kind === 'scalar' && (type.name === 'String' || type.name === 'ID')
}

function valuesIn(values: readonly Json[]): number {
  return values.reduce<number>((sum, value) => sum + (Array.isArray(value) ? valuesIn(value) : 1), 0)
}

function bindOrRefuse(sql: SqlTemplate, args: readonly Argument[], values: JsonObject): string | AppError {
  try {
    return bindStatement(sql, args, values, { enums: [{ name: 'Mood', values: ['SAD', 'HAPPY'] }] })
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

/** Kinds of the tokens; words and operators with their text, literals without. */
function tokenShape(sql: string): string {
  const { tokens, problems } = lex(sql)
  if (problems.length > 0) return `broken: ${problems[0]?.message}`
  return tokens.map(({ kind, text }) => (kind === 'string' || kind === 'number' ? kind : text)).join(' ')
}

function polyglotTokens(sql: string): string {
  const { tokens, success } = tokenize(sql, Dialect.Trino)
  if (!success || !tokens) return `broken: ${sql}`
  return tokens
    .map((token) => {
      // The library's types call it tokenType.
      const { token_type: type, text } = token as unknown as { token_type: string; text: string }
      return type === 'STRING' || type === 'NUMBER' ? type : `${type} ${text}`
    })
    .join('|')
}

/** The tree of the parser that the embedded engine reads statements with, without places and values of literals. */
function trinoShape(sql: string): string {
  return JSON.stringify(parseStatement(sql), (key, value) => {
    if (key === 'start' || key === 'end') return undefined
    if (typeof value !== 'object' || !LITERALS.has(value?.kind)) return value
    return { ...value, value: undefined, text: undefined }
  })
}

const LITERALS: ReadonlySet<unknown> = new Set([
  'string',
  'integer',
  'decimal',
  'double',
  'typedLiteral',
  'interval',
])

/** The tree of an independent parser without places and without the values of literals. */
function treeShape(sql: string): string {
  const parsed = parse(sql, Dialect.Trino)
  if (!parsed.success) return `broken: ${sql}`
  return JSON.stringify(parsed.ast, (key, value) => {
    if (key === 'span') return undefined
    return key === 'literal' && value !== null ? { literal_type: value.literal_type } : value
  })
}

function failWith(statement: string, values: JsonObject, bound: string): never {
  throw new Error(`seed ${SEED}: ${statement} with ${JSON.stringify(values)} became ${bound}`)
}
