import { AppError } from '../../errors/appError.js'
import type { ModelSlice } from '../../model/functions.js'
import { type Json, type JsonObject, ownValue } from '../../model/json.js'
import { LOOSE_SCALARS } from '../../model/scalars/looseScalars.js'
import { type ArgumentField, type ArgumentType, fieldsOfType } from './argumentTypes.js'

/**
 * Checks coerced arguments where GraphQL's own scalars are laxer than ours (the other scalars check themselves).
 * Throws `AppError` with `BadInput`, which says where the first misfit is.
 */
export function checkArguments(
  model: ModelSlice,
  fields: readonly ArgumentField[],
  values: JsonObject,
): void {
  checkFields(model, fields, values, '')
}

function checkFields(
  model: ModelSlice,
  fields: readonly ArgumentField[],
  values: JsonObject,
  prefix: string,
): void {
  for (const { name, type } of fields) check(model, type, ownValue(values, name), `${prefix}${name}`)
}

function check(model: ModelSlice, type: ArgumentType, value: Json | undefined, place: string): void {
  if (value === undefined || value === null) return
  if (type.kind === 'list') {
    for (const [index, item] of (value as readonly Json[]).entries())
      check(model, type.item, item, `${place}[${index}]`)
  } else if (type.kind === 'scalar') {
    const parse = isLoose(type.name) ? LOOSE_SCALARS[type.name] : undefined
    const result = parse?.(value)
    if (result && !result.ok)
      throw new AppError('BadInput', `The value of ${place} does not fit: ${result.message}`)
  } else {
    const fields = fieldsOfType(model, type)
    if (fields) checkFields(model, fields, value as JsonObject, `${place}.`)
  }
}

function isLoose(name: string): name is keyof typeof LOOSE_SCALARS {
  return Object.hasOwn(LOOSE_SCALARS, name)
}
