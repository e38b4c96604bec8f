import type { FieldDefinitionNode } from 'graphql'
import type { Argument, JoinTable, Statement, TypeRef } from '../model/types.js'
import type { SqlChecker } from '../ports/sqlChecker.js'
import type { ProjectTypes } from './buildTypes.js'
import { describe } from './buildTypes.js'
import { inputValue } from './inputValue.js'
import type { Place, Report } from './report.js'
import type { Schema, SchemaType } from './schema.js'
import { analyzeStatements, type StatementInput, type StatementProblem } from './sql/analyzeStatements.js'
import { rawSpan } from './sqlPlace.js'
import { type SqlQueryDirective, sqlQueryOf } from './sqlQuery.js'
import { namedType, toTypeRef } from './typeRef.js'

export interface CheckedStatements {
  readonly statements: readonly Statement[]
  readonly joinTables: readonly JoinTable[]
  /** Place of a statement's SQL in the schema, by the statement's name. */
  readonly places: ReadonlyMap<string, SqlPlace>
}

export interface SqlPlace {
  readonly field: FieldDefinitionNode
  readonly sql: string
  /** The place of a stretch of the SQL. */
  at(offset: number, length: number): Place
}

/**
 * Has every statement analysed, also where other parts of the schema are wrong, and reports what is wrong with them at
 * its place in the schema. Mistakes that only follow from one that has been reported are left out.
 */
export async function checkStatements(
  schema: Schema,
  types: ProjectTypes,
  report: Report,
  checker: SqlChecker | undefined,
  large?: readonly string[],
): Promise<CheckedStatements> {
  const found = findStatements(schema, report)
  const inputs = found.map(({ input }) => input)
  const { statements, joinTables, problems } = await analyzeStatements(inputs, types, checker, large)
  const byKey = new Map(found.map((one) => [`${one.input.parent}.${one.input.name}`, one]))
  const doubt = doubtfulWords(schema)
  const wrong = new Set(problems.filter(({ severity }) => severity !== 'warning').map((one) => one.statement))
  for (const problem of problems) {
    // An argument that seems unused may be the one that is misspelt.
    if (problem.severity === 'warning' && wrong.has(problem.statement)) continue
    const one = byKey.get(problem.statement)
    if (!one || follows(problem, one, doubt, schema)) continue
    const { severity = 'error', code, message, hint, offset, length } = problem
    report.add(severity, code, one.place.at(offset, length), message, { hint })
  }
  return { statements, joinTables, places: new Map(found.map((one) => [one.input.name, one.place])) }
}

interface FoundStatement {
  readonly input: StatementInput
  readonly owner: SchemaType
  readonly field: FieldDefinitionNode
  readonly place: SqlPlace
}

function findStatements(schema: Schema, report: Report): FoundStatement[] {
  const found: FoundStatement[] = []
  const names = new Set<string>()
  for (const owner of schema.all) {
    if (owner.role !== 'query' && owner.role !== 'mutation') continue
    const parent = owner.role === 'query' ? 'Query' : 'Mutation'
    for (const field of owner.fields) {
      const directive = sqlQueryOf(field)
      const name = field.name.value
      // Of two with one name, which has been reported, the first counts.
      if (!directive || names.has(name)) continue
      names.add(name)
      const input: StatementInput = {
        parent,
        name,
        ...describe(field.description?.value),
        args: argumentsOf(field, schema),
        returns: returnsOf(owner, field, schema),
        mode: parent === 'Query' ? directive.mode : 'TASK',
        sql: directive.query.value,
      }
      found.push({ input, owner, field, place: sqlPlace(field, directive, report) })
    }
  }
  return found
}

const GUESS: TypeRef = { kind: 'scalar', name: 'String', nonNull: false }

function argumentsOf(field: FieldDefinitionNode, schema: Schema): Argument[] {
  const args = new Map<string, Argument>()
  for (const node of field.arguments ?? []) {
    const type = toTypeRef(node.type, schema)
    const value = type && node.defaultValue ? inputValue(type, node.defaultValue, schema) : undefined
    if (args.has(node.name.value)) continue
    args.set(node.name.value, {
      name: node.name.value,
      type: type ?? GUESS,
      ...describe(node.description?.value),
      ...(value?.ok ? { default: value.value } : {}),
    })
  }
  return [...args.values()]
}

function returnsOf(owner: SchemaType, field: FieldDefinitionNode, schema: Schema): TypeRef {
  const type = schema.broken.isField(owner.name, field.name.value) ? undefined : toTypeRef(field.type, schema)
  return type ?? { kind: 'list', item: GUESS, nonNull: false }
}

function sqlPlace(field: FieldDefinitionNode, { query }: SqlQueryDirective, report: Report): SqlPlace {
  const { source, offset: start, length } = report.placeOf(query)
  const raw = source.text.slice(start, start + length)
  return {
    field,
    sql: query.value,
    at(offset, size) {
      const span = rawSpan(query, raw, offset, size)
      return { source, offset: start + span.start, length: span.length }
    },
  }
}

/** Mistakes that may be mere consequences when the types of a statement's arguments or result are broken. */
const SIGNATURE_CODES = new Set([
  'OCG2010',
  'OCG2011',
  'OCG2012',
  'OCG2024',
  'OCG2060',
  'OCG2061',
  'OCG2062',
  'OCG2063',
  'OCG2064',
  'OCG2071',
])

/** Mistakes that may be mere consequences when a table or column that is named is broken. */
const CATALOG_CODES = new Set([
  'OCG2051',
  'OCG2052',
  'OCG2053',
  'OCG2057',
  'OCG2060',
  'OCG2061',
  'OCG2062',
  'OCG2064',
  'OCG2070',
  'OCG2071',
  'OCG2072',
])

/** Whether a problem only follows from a mistake that has been reported elsewhere. */
function follows(
  problem: StatementProblem,
  { owner, field, input }: FoundStatement,
  doubt: Doubt,
  schema: Schema,
): boolean {
  if (SIGNATURE_CODES.has(problem.code) && hasBrokenSignature(owner, field, schema)) return true
  if (!CATALOG_CODES.has(problem.code)) return false
  if (doubt.everything) return true
  return words(input.sql).some((word) => doubt.words.has(word))
}

function hasBrokenSignature(owner: SchemaType, field: FieldDefinitionNode, schema: Schema): boolean {
  if (schema.broken.isField(owner.name, field.name.value)) return true
  if ((field.arguments ?? []).some(({ type }) => toTypeRef(type, schema) === undefined)) return true
  const args = (field.arguments ?? []).map(({ name }) => name.value.toLowerCase())
  if (new Set(args).size < args.length) return true
  const result = schema.types.get(namedType(field.type).name.value)
  if (!result) return false
  if (result.damaged || result.lostFields.length > 0) return true
  return result.fields.some(({ name }) => schema.broken.isField(result.name, name.value))
}

interface Doubt {
  /** Words that name something broken, in lower case. */
  readonly words: ReadonlySet<string>
  /** Whether nobody knows which types are lost. */
  readonly everything: boolean
}

function doubtfulWords(schema: Schema): Doubt {
  const words = new Set<string>()
  for (const { field } of schema.broken.fields()) words.add(field.toLowerCase())
  for (const type of schema.types.values())
    if (schema.broken.isType(type.name)) words.add(type.name.toLowerCase())
  for (const name of schema.unusable) words.add(name.toLowerCase())
  return { words, everything: schema.damaged }
}

/** The names and numbers of a text, in lower case. */
function words(sql: string): string[] {
  return sql.toLowerCase().match(/\w+/g) ?? []
}
