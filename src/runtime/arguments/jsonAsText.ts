import type { ModelSlice } from '../../model/functions.js'
import { type Json, type JsonObject, ownValue } from '../../model/json.js'
import { type ArgumentField, type ArgumentType, fieldsOfType } from './argumentTypes.js'

/**
 * Turns the values of AWSJSON arguments, wherever they are, into the JSON texts that the runtime expects. AppSync
 * parses them before it hands them on; a JSON null is no different from none then, unless there must be a value. What
 * is no argument stays away.
 */
export function jsonAsText(
  model: ModelSlice,
  fields: readonly ArgumentField[],
  values: JsonObject,
): JsonObject {
  return Object.fromEntries(
    fields.flatMap(({ name, type }) => {
      const value = ownValue(values, name)
      return value === undefined ? [] : [[name, asText(model, type, value)]]
    }),
  )
}

function asText(model: ModelSlice, type: ArgumentType, value: Json): Json {
  if (value === null) return isRequiredJson(type) ? 'null' : null
  if (type.kind === 'list') {
    // One value stands for a list of it.
    const items = Array.isArray(value) ? (value as readonly Json[]) : [value]
    return items.map((item) => asText(model, type.item, item))
  }
  if (type.kind === 'scalar') return type.name === 'AWSJSON' ? JSON.stringify(value) : value
  const parts = fieldsOfType(model, type)
  return parts ? jsonAsText(model, parts, value as JsonObject) : value
}

function isRequiredJson(type: ArgumentType): boolean {
  return type.kind === 'scalar' && type.name === 'AWSJSON' && type.nonNull
}
