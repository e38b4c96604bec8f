import type { NestedResultType, ResultType } from '../../model/types.js'
import type { CheckedType } from '../../ports/sqlChecker.js'

/**
 * The type of an array, a row or a map as the model keeps it. Undefined for every other type, and for one that holds what
 * has no form in JSON, such as a map whose keys are no texts.
 */
export function nestedType(type: CheckedType | undefined): NestedResultType | undefined {
  if (type?.kind !== 'array' && type?.kind !== 'struct' && type?.kind !== 'map') return undefined
  const result = resultType(type)
  return result && result.kind !== 'scalar' ? result : undefined
}

/**
 * Trino's name of the type with texts in the place of times; undefined when it holds none. Trino writes times into JSON
 * only as texts.
 */
export function typeWithoutTimes(type: NestedResultType): string | undefined {
  return holdsTime(type) ? typeText(type) : undefined
}

function resultType(type: CheckedType): ResultType | undefined {
  switch (type.kind) {
    case 'array': {
      const item = resultType(type.item)
      return item && { kind: 'array', item }
    }
    case 'struct': {
      const fields = type.fields.flatMap((field) => {
        const found = resultType(field.type)
        return found ? { name: field.name, type: found } : []
      })
      return fields.length === type.fields.length ? { kind: 'row', fields } : undefined
    }
    case 'map': {
      const value = type.key.kind === 'string' ? resultType(type.value) : undefined
      return value && { kind: 'map', value }
    }
    case 'unknown':
      return undefined
    default:
      return { kind: 'scalar', name: NAMES[type.kind] }
  }
}

type ScalarKind = Exclude<CheckedType['kind'], 'array' | 'struct' | 'map' | 'unknown'>

const NAMES: Readonly<Record<ScalarKind, string>> = {
  string: 'varchar',
  int: 'integer',
  bigint: 'bigint',
  double: 'double',
  decimal: 'decimal',
  boolean: 'boolean',
  timestamp: 'timestamp(3)',
  date: 'date',
  time: 'time(3)',
  json: 'json',
  null: 'unknown',
}

function holdsTime(type: ResultType): boolean {
  if (type.kind === 'array') return holdsTime(type.item)
  if (type.kind === 'row') return type.fields.some((field) => holdsTime(field.type))
  if (type.kind === 'map') return holdsTime(type.value)
  return type.name === NAMES.time
}

/** A decimal next to a time becomes text too: its precision is not known here, and its digits stay. */
function typeText(type: ResultType): string {
  if (type.kind === 'array') return `ARRAY(${typeText(type.item)})`
  if (type.kind === 'row') {
    const fields = type.fields.map(
      ({ name, type: one }) => `"${name.replaceAll('"', '""')}" ${typeText(one)}`,
    )
    return `ROW(${fields.join(', ')})`
  }
  if (type.kind === 'map') return `MAP(varchar, ${typeText(type.value)})`
  const asText = [NAMES.time, NAMES.decimal, NAMES.null].includes(type.name)
  return asText ? 'varchar' : type.name
}
