import { type Json, type JsonObject, ownValue } from '../../model/json.js'
import { parseScalar } from '../../model/scalars/parseScalar.js'
import type { Field, Project, TypeRef } from '../../model/types.js'

type Types = Pick<Project, 'enums' | 'valueTypes'>

/** What is wrong with a stored value. */
export interface ValueProblem {
  /** `missing`: a required value is not there. */
  readonly kind: 'missing' | 'unfit'
  /** A clause that begins with the place: ``tags[2] is 5: expected a list``. */
  readonly text: string
}

/**
 * Says what is wrong with a stored value; undefined when it fits its type as it is. Absent and null are the same. What
 * an object of a value type holds beyond its fields is of fields that have left the type, and counts for nothing.
 */
export function valueProblem(
  type: TypeRef,
  value: Json | undefined,
  types: Types,
  place: string,
): ValueProblem | undefined {
  if (value === undefined || value === null)
    return type.nonNull ? { kind: 'missing', text: `${place} is missing, but required` } : undefined
  switch (type.kind) {
    case 'scalar': {
      const parsed = parseScalar(type.name, value)
      // An input may be turned into what is stored, such as a number into an ID. What is stored is not touched.
      if (parsed.ok && typeof parsed.value === typeof value) return undefined
      return unfit(
        `${place} is not a valid ${type.name}: ${parsed.ok ? `it is stored as ${shown(value)}` : clause(parsed.message)}`,
      )
    }
    case 'enum': {
      const values = types.enums.find((one) => one.name === type.name)?.values ?? []
      if (typeof value === 'string' && values.includes(value)) return undefined
      return unfit(`${place} is ${shown(value)}: expected one of ${values.join(', ')}`)
    }
    case 'list':
      return listProblem(type.item, value, types, place)
    case 'value': {
      const fields = types.valueTypes.find((one) => one.name === type.name)?.fields ?? []
      return objectProblem(type.name, fields, value, types, place)
    }
    case 'response':
      return unfit(`${place} is of a type that is not stored`)
  }
}

function listProblem(item: TypeRef, value: Json, types: Types, place: string): ValueProblem | undefined {
  if (!Array.isArray(value)) return unfit(`${place} is ${shown(value)}: expected a list`)
  for (const [index, part] of value.entries()) {
    const problem = valueProblem(item, part, types, `${place}[${index}]`)
    if (problem) return problem
  }
  return undefined
}

function objectProblem(
  name: string,
  fields: readonly Field[],
  value: Json,
  types: Types,
  place: string,
): ValueProblem | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return unfit(`${place} is ${shown(value)}: expected an object of type ${name}`)
  }
  const object = value as JsonObject
  for (const field of fields) {
    const problem = valueProblem(field.type, ownValue(object, field.name), types, `${place}.${field.name}`)
    if (problem) return problem
  }
  return undefined
}

function unfit(text: string): ValueProblem {
  return { kind: 'unfit', text }
}

/** A sentence without its full stop. */
function clause(sentence: string): string {
  return sentence.replace(/\.$/, '')
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`
}
