import { AppError } from '../../errors/appError.js'
import type { Json, JsonObject } from '../../model/json.js'
import { parseScalar } from '../../model/scalars/parseScalar.js'
import { sqlLiteral, sqlLiteralText } from '../../model/sqlLiteral.js'
import type { Argument, Project, SqlTemplate, TypeRef } from '../../model/types.js'

/** Longest statement in UTF-8 bytes. Source: service quotas of Amazon Athena, "query string length". */
export const MAX_STATEMENT_BYTES = 262_144

/**
 * The complete SQL of a statement for one call. `values` are coerced and have their defaults already; an absent one
 * is null. No value can change the shape of the statement: each becomes one literal of its argument's type.
 *
 * Throws `BadInput` for a value that has no literal where it stands (null inside a text, an empty list after IN, a
 * negative number of rows), for text that no engine takes (U+0000, half a surrogate pair), and when the statement
 * grows past `maxBytes` of UTF-8.
 */
export function bindStatement(
  sql: SqlTemplate,
  args: readonly Argument[],
  values: JsonObject,
  project: Pick<Project, 'enums'>,
  maxBytes = MAX_STATEMENT_BYTES,
): string {
  const checked = new Map<string, { readonly value: Json; readonly type: TypeRef }>()
  for (const { name, type } of args) {
    const value = Object.hasOwn(values, name) ? (values[name] ?? null) : null
    checkValue(name, value, type, project)
    checked.set(name, { value, type })
  }
  let text = ''
  for (const part of sql) {
    if ('text' in part) {
      text += part.text
      continue
    }
    const argument = checked.get(part.arg)
    if (!argument) throw new Error(`invariant: the statement uses the undeclared argument ${part.arg}`)
    text += writeValue(part.arg, argument.value, argument.type, part.context)
    // A few bytes more or less do not matter here: what matters is that no gigantic text is built.
    if (text.length > maxBytes) throw tooLong()
  }
  if (maxBytes !== Number.POSITIVE_INFINITY && utf8Length(text) > maxBytes) throw tooLong()
  return text
}

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length
}

type Context = Extract<SqlTemplate[number], { arg: string }>['context']

function writeValue(name: string, value: Json, type: TypeRef, context: Context): string {
  switch (context) {
    case 'literal':
      if (value === null) throw badValue(name, 'must not be null: it is part of a text')
      if (Array.isArray(value)) throw badValue(name, 'must not be a list: it is part of a text')
      return sqlLiteralText(value, type)
    case 'count':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || Object.is(value, -0)) {
        throw badValue(name, 'must be a whole number of rows, 0 or more')
      }
      return ` ${value} `
    case 'inList': {
      if (type.kind !== 'list') return ` (${sqlLiteral(value, type)}) `
      if (value === null) throw badValue(name, 'must not be null: it is a list to search in')
      const items = Array.isArray(value) ? (value as readonly Json[]) : [value]
      if (items.length === 0) throw badValue(name, 'must have at least one value')
      return ` (${items.map((item) => sqlLiteral(item, type.item)).join(', ')}) `
    }
    case 'value':
      // Blanks around, so that no letter before it makes a prefix of it, as in X'…'.
      return ` ${sqlLiteral(value, type)} `
  }
}

/** Values come coerced; this holds also when a host did not, since a wrong one would be written as SQL. */
function checkValue(name: string, value: Json, type: TypeRef, project: Pick<Project, 'enums'>): void {
  if (value === null) {
    if (type.nonNull) throw badValue(name, 'must not be null')
    return
  }
  if (type.kind === 'list') {
    const items = Array.isArray(value) ? (value as readonly Json[]) : [value]
    for (const item of items) checkValue(name, item, type.item, project)
    return
  }
  if (type.kind === 'enum') {
    const known = project.enums.find((one) => one.name === type.name)?.values ?? []
    if (typeof value !== 'string' || !known.includes(value)) {
      throw badValue(name, `must be a value of ${type.name}: ${known.join(', ')}`)
    }
    return
  }
  if (type.kind !== 'scalar') throw new Error(`invariant: the argument ${name} is of type ${type.name}`)
  if (typeof value === 'string' && value.includes('\0')) {
    throw badValue(name, 'must not hold the character U+0000')
  }
  const result = parseScalar(type.name, value)
  if (!result.ok) throw badValue(name, `is not valid: ${result.message.replace(/\.$/, '')}`)
}

function badValue(name: string, reason: string): AppError {
  return new AppError('BadInput', `The argument ${name} ${reason}.`)
}

function tooLong(): AppError {
  return new AppError(
    'BadInput',
    `The values of the arguments make the statement longer than ${MAX_STATEMENT_BYTES} bytes.`,
  )
}
