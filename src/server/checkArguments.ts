import {
  type GraphQLArgument,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql'
import { AppError } from '../errors/appError.js'
import { parseScalar } from '../model/scalars/parseScalar.js'

/** GraphQL's own scalars that take more than can be stored: numbers out of DynamoDB's range, half surrogate pairs. */
const LOOSE = ['Float', 'ID', 'String'] as const

/**
 * Checks coerced arguments where GraphQL's own scalars are laxer than ours (the other scalars check themselves).
 * Throws `AppError` with `BadInput`, which says where the first misfit is.
 */
export function checkArguments(
  args: readonly GraphQLArgument[],
  values: Readonly<Record<string, unknown>>,
): void {
  for (const arg of args) check(arg.type, values[arg.name], arg.name)
}

function check(type: GraphQLInputType, value: unknown, place: string): void {
  if (value === undefined || value === null) return
  if (isNonNullType(type)) {
    check(type.ofType, value, place)
  } else if (isListType(type)) {
    for (const [index, item] of (value as readonly unknown[]).entries())
      check(type.ofType, item, `${place}[${index}]`)
  } else if (isInputObjectType(type)) {
    const fields = type.getFields()
    for (const [name, part] of Object.entries(value)) {
      const field = fields[name]
      if (field) check(field.type, part, `${place}.${name}`)
    }
  } else if (isScalarType(type)) {
    const name = LOOSE.find((one) => one === type.name)
    const result = name && parseScalar(name, value)
    if (result && !result.ok)
      throw new AppError('BadInput', `The value of ${place} does not fit: ${result.message}`)
  }
}
