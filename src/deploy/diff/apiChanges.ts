import {
  buildSchema,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  isObjectType,
  isScalarType,
} from 'graphql'
import { SCALARS } from '../../model/types.js'

/** What a new version of an API means for its clients; each entry is a sentence. */
export interface ApiChanges {
  /** Requests of today's clients can fail. */
  readonly breaking: readonly string[]
  /** Requests go on, but clients may meet what they don't expect. */
  readonly dangerous: readonly string[]
  /** Nobody needs to care. */
  readonly added: readonly string[]
}

/** Compares two versions of an API. `before` is undefined for the first one. */
export function apiChanges(before: string | undefined, after: string): ApiChanges {
  if (before === undefined || after === '') return { breaking: [], dangerous: [], added: [] }
  const last = schemaOf(before)
  const next = schemaOf(after)
  return {
    breaking: findBreakingChanges(last, next).map(({ description }) => description),
    dangerous: findDangerousChanges(last, next)
      .filter(({ type }) => !HARMLESS.has(type))
      .map(({ description }) => description),
    added: additions(last, next),
  }
}

/** graphql-js calls these dangerous, as somebody might build inputs from types; a request goes on as before. */
const HARMLESS = new Set([
  DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED,
  DangerousChangeType.OPTIONAL_ARG_ADDED,
])

/** The schema of generated SDL, which uses the scalars of AppSync without declaring them. */
export function schemaOf(sdl: string): GraphQLSchema {
  const own = new Set(['ID', 'String', 'Int', 'Float', 'Boolean'])
  const missing = SCALARS.filter((name) => !own.has(name) && !new RegExp(`\\bscalar\\s+${name}\\b`).test(sdl))
  return buildSchema(`${sdl}\n${missing.map((name) => `scalar ${name}`).join('\n')}`, { assumeValid: true })
}

function additions(last: GraphQLSchema, next: GraphQLSchema): string[] {
  const found: string[] = []
  for (const [name, type] of Object.entries(next.getTypeMap())) {
    const former = last.getType(name)
    if (!former) {
      if (!isScalarType(type)) found.push(`${name} was added.`)
    } else if (isObjectType(type) && isObjectType(former)) {
      const fields = former.getFields()
      for (const field of Object.keys(type.getFields())) {
        if (!Object.hasOwn(fields, field)) found.push(`${name}.${field} was added.`)
      }
    }
  }
  return found.sort()
}
