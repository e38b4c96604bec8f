import { type Json, type JsonObject, ownValue } from '../../model/json.js'
import { parseScalar } from '../../model/scalars/parseScalar.js'
import type { Field, Project, TypeRef } from '../../model/types.js'

type Types = Pick<Project, 'enums' | 'valueTypes'>

/**
 * Says what is wrong with a stored or imported value, as the rest of a sentence that begins with its place, such
 * as ``tags[2] is 5: expected String``; undefined when the value fits its type. Absent and null are the same.
 */
export function valueProblem(
  type: TypeRef,
  value: Json | undefined,
  types: Types,
  place: string,
): string | undefined {
  if (value === undefined || value === null)
    return type.nonNull ? `${place} is missing, but required` : undefined
  switch (type.kind) {
    case 'scalar': {
      const parsed = parseScalar(type.name, value)
      return parsed.ok ? undefined : `${place} is not a valid ${type.name}: ${parsed.message}`
    }
    case 'enum': {
      const values = types.enums.find((one) => one.name === type.name)?.values ?? []
      if (typeof value === 'string' && values.includes(value)) return undefined
      return `${place} is ${shown(value)}: expected one of ${values.join(', ')}`
    }
    case 'list':
      return listProblem(type.item, value, types, place)
    case 'value': {
      const fields = types.valueTypes.find((one) => one.name === type.name)?.fields ?? []
      return objectProblem(type.name, fields, value, types, place)
    }
    case 'response':
      return `${place} is of a type that is not stored`
  }
}

function listProblem(item: TypeRef, value: Json, types: Types, place: string): string | undefined {
  if (!Array.isArray(value)) return `${place} is ${shown(value)}: expected a list`
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
): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `${place} is ${shown(value)}: expected an object of type ${name}`
  }
  const object = value as JsonObject
  const unknown = Object.keys(object).find((key) => !fields.some((field) => field.name === key))
  if (unknown !== undefined) return `${place}.${unknown} is not a field of ${name}`
  for (const field of fields) {
    const problem = valueProblem(field.type, ownValue(object, field.name), types, `${place}.${field.name}`)
    if (problem) return problem
  }
  return undefined
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`
}
