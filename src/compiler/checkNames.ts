import {
  connectionName,
  createInputName,
  entityFieldNames,
  SHARED_API_TYPES,
  taskResultName,
  taskResultTypeName,
  triggerTaskName,
  updateInputName,
  valueInputName,
} from '../model/apiNames.js'
import { SYSTEM_PREFIXES } from '../model/keys.js'
import type { ProjectTypes } from './buildTypes.js'
import type { CheckedStatements } from './checkStatements.js'
import type { Place, Report } from './report.js'
import { MAX_NAME_LENGTH } from './rules/nameLengths.js'
import type { Schema } from './schema.js'
import { sqlQueryOf } from './sqlQuery.js'
import { typeText } from './typeRef.js'

/**
 * Checks the names that are made of others, without regard to case: those of the API's types and fields, and the join
 * tables that statements declare.
 */
export function checkNames(
  schema: Schema,
  all: ProjectTypes,
  checked: CheckedStatements,
  report: Report,
): void {
  // What is made for a type that differs from another only in case collides as well, which says nothing new.
  const types = { ...all, entities: firstOfEach(all.entities), valueTypes: firstOfEach(all.valueTypes) }
  checkTypeNames(schema, types, report)
  checkFieldNames(schema, types, report)
  checkJoinTables(schema, checked, report)
}

function firstOfEach<T extends { readonly name: string }>(types: readonly T[]): T[] {
  const first = new Map<string, T>()
  for (const type of types) {
    const name = type.name.toLowerCase()
    if (!first.has(name)) first.set(name, type)
  }
  return [...first.values()]
}

/** A name of the API with the part of the schema that it comes from. */
interface ApiName {
  readonly name: string
  /** As a sentence goes on: `generated for User`. */
  readonly origin: string
  readonly at: Place | undefined
  readonly generated: boolean
}

function checkTypeNames(schema: Schema, types: ProjectTypes, report: Report): void {
  // A schema that declares its roots itself has them compared with its other types.
  const roots = ['Query', 'Mutation'].filter((name) => !schema.types.has(name))
  const names: ApiName[] = [...SHARED_API_TYPES, ...roots].map((name) => {
    return { name, origin: 'of the generated API', at: undefined, generated: true }
  })
  const place = (type: string) => {
    const node = schema.types.get(type)?.nameNode
    return node && report.placeOf(node)
  }
  // Written names come before generated ones, so that these are reported as colliding with those.
  for (const type of schema.types.values()) {
    if (type.role === 'query' || type.role === 'mutation' || type.role === 'subscription') continue
    names.push({ name: type.name, origin: 'of the schema', at: place(type.name), generated: false })
  }
  const generate = (name: string, of: string, at: Place | undefined) =>
    void names.push({ name, origin: `generated for ${of}`, at, generated: true })
  for (const { name } of types.entities) {
    for (const generated of [connectionName(name), createInputName(name), updateInputName(name)]) {
      generate(generated, name, place(name))
    }
  }
  for (const { name } of types.valueTypes) generate(valueInputName(name), name, place(name))
  for (const { name, at, kind } of statementNames(schema, report)) {
    if (kind === 'task') generate(taskResultTypeName(name), name, at)
  }
  reportCollisions(names, 'Type', report)
}

function checkFieldNames(schema: Schema, types: ProjectTypes, report: Report): void {
  const names: Record<'Query' | 'Mutation', ApiName[]> = { Query: [], Mutation: [] }
  const statements = statementNames(schema, report)
  for (const { name, at, kind } of statements) {
    const origin = 'of the schema'
    if (kind === 'sync') names.Query.push({ name, origin, at, generated: false })
    else if (kind === 'insert') names.Mutation.push({ name, origin, at, generated: false })
  }
  for (const { name, plural } of types.entities) {
    const at = schema.types.get(name)?.nameNode
    const place = at && report.placeOf(at)
    const fields = entityFieldNames(name, plural)
    const origin = `generated for ${name}`
    for (const field of [fields.read, fields.list])
      names.Query.push({ name: field, origin, at: place, generated: true })
    for (const field of [fields.create, fields.update, fields.delete]) {
      names.Mutation.push({ name: field, origin, at: place, generated: true })
    }
  }
  for (const { name, at, kind } of statements) {
    if (kind !== 'task' && kind !== 'delete') continue
    const origin = `generated for ${name}`
    names.Mutation.push({ name: triggerTaskName(name), origin, at, generated: true })
    names.Query.push({ name: taskResultName(name), origin, at, generated: true })
  }
  reportCollisions(names.Query, 'Field', report)
  reportCollisions(names.Mutation, 'Field', report)
}

/** Reports each name that an earlier one has already. What was written and only differs in case has its own rules. */
function reportCollisions(names: readonly ApiName[], kind: 'Type' | 'Field', report: Report): void {
  const seen = new Map<string, ApiName>()
  for (const name of names) {
    const first = seen.get(name.name.toLowerCase())
    if (!first) {
      seen.set(name.name.toLowerCase(), name)
      continue
    }
    if (!first.generated && !name.generated) continue
    // The mark goes to what a person wrote: renaming it is what helps.
    const [written, other] = first.generated ? [name, first] : [first, name]
    const at = written.at ?? other.at
    if (!at) continue
    const message = written.generated
      ? `${kind} ${written.name}, ${written.origin}, collides with ${other.name}, ${other.origin}.`
      : `${kind} ${written.name} collides with ${other.name}, ${other.origin}.`
    const hint = written.generated ? `Rename ${written.origin.split(' ').at(-1)}.` : `Rename ${written.name}.`
    const related = other.at ? [{ message: `${other.name} is made for this.`, at: other.at }] : []
    report.error('OCG1036', at, message, { hint, related })
  }
}

interface StatementName {
  readonly name: string
  readonly at: Place
  readonly kind: 'task' | 'sync' | 'insert' | 'delete'
}

/** The statements by what they say of themselves, so that the names of wrong ones are checked too. */
function statementNames(schema: Schema, report: Report): StatementName[] {
  const names = new Map<string, StatementName>()
  for (const type of schema.types.values()) {
    if (type.role !== 'query' && type.role !== 'mutation') continue
    for (const field of type.fields) {
      const directive = sqlQueryOf(field)
      const name = field.name.value
      // Two fields of one name are reported by their own rules.
      if (!directive || names.has(name.toLowerCase())) continue
      const query = directive.mode === 'SYNC' ? 'sync' : 'task'
      const mutation = typeText(field.type) === 'Boolean' ? 'delete' : 'insert'
      names.set(name.toLowerCase(), {
        name,
        at: report.placeOf(field.name),
        kind: type.role === 'query' ? query : mutation,
      })
    }
  }
  return [...names.values()]
}

/** A join table has a name of its own. Its columns are checked with the statement. */
function checkJoinTables(schema: Schema, { joinTables, places }: CheckedStatements, report: Report): void {
  const entities = new Map(
    [...schema.types.values()]
      .filter(({ role }) => role === 'entity')
      .map((one) => [one.name.toLowerCase(), one]),
  )
  for (const { table } of joinTables) {
    const at = tablePlace(table, places)
    const entity = entities.get(table)
    if (at && entity) {
      report.error('OCG1035', at, `Join table ${table} has the name of the entity ${entity.name}.`, {
        hint: 'Rename the join table.',
        related: [{ message: `${entity.name} is defined here.`, at: entity.nameNode }],
      })
    }
    if (at && table.length > MAX_NAME_LENGTH) {
      const start = `${table.slice(0, 20)}…`
      const message = `The name of join table ${start} has ${table.length} characters; ${MAX_NAME_LENGTH} are possible.`
      report.error('OCG1050', at, message, { hint: 'Choose a shorter name.' })
    }
    if (at && (SYSTEM_PREFIXES as readonly string[]).includes(table)) {
      report.error(
        'OCG1037',
        at,
        `Join table ${table} can't have this name: the system's own keys begin with it.`,
        { hint: 'Rename the join table.' },
      )
    }
  }
}

/** Where a join table is first named in a statement. */
function tablePlace(table: string, places: CheckedStatements['places']): Place | undefined {
  for (const { sql, at } of places.values()) {
    const lower = sql.toLowerCase()
    const wrapper = lower.indexOf(WRAPPER)
    const offset = wrapper < 0 ? -1 : lower.indexOf(table, wrapper + WRAPPER.length)
    if (offset >= 0 && lower.trimStart().startsWith('insert')) return at(offset, table.length)
  }
  return undefined
}

const WRAPPER = '$join_table'
