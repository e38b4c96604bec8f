import type { Json, JsonObject } from '../../src/model/json.js'
import type { Argument, Project, ScalarName, TypeRef } from '../../src/model/types.js'

/** A value for each argument, as a client would send it. */
export function sampleArguments(
  args: readonly Argument[],
  { enums }: Pick<Project, 'enums'>,
  salt = 0,
): JsonObject {
  const value = (type: TypeRef): Json => {
    if (type.kind === 'list') return [value(type.item), value(type.item)]
    if (type.kind === 'enum') return enums.find(({ name }) => name === type.name)?.values[0] ?? null
    return type.kind === 'scalar' ? scalar(type.name, salt) : null
  }
  return Object.fromEntries(args.map(({ name, type }) => [name, value(type)]))
}

function scalar(name: ScalarName, salt: number): Json {
  switch (name) {
    case 'Int':
      return 1 + (salt % 100)
    case 'Float':
      return salt + 0.5
    case 'Boolean':
      return salt % 2 === 0
    case 'AWSDateTime':
      return new Date(Date.UTC(2024, 0, 1) + salt * 1000).toISOString()
    case 'AWSDate':
      return '2024-02-29'
    case 'AWSTimestamp':
      return 1_700_000_000 + salt
    default:
      return `it's ${salt}`
  }
}
