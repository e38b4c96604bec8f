import type { Json } from '../../model/json.js'
import type { ResultType } from '../../model/types.js'

/** A value that JSON has no form for. */
export class NoJsonError extends Error {
  override readonly name = 'NoJsonError'
}

/**
 * JSON text of a result's value, as exact as the value is: whole numbers beyond 2^53 and decimals are numbers with all
 * their digits, keys of maps are sorted. `type` is that of an array, a row or a map; without one the value is a scalar,
 * and a text has to be JSON already.
 *
 * Throws `NoJsonError` for NaN, the infinities, and a text that is no JSON.
 */
export function resultJson(value: Json, type: ResultType | undefined): string {
  if (value === null) return 'null'
  switch (type?.kind) {
    case undefined:
      return typeof value === 'string' ? checked(value) : JSON.stringify(value)
    case 'array':
      if (!Array.isArray(value)) return JSON.stringify(value)
      return `[${(value as readonly Json[]).map((item) => resultJson(item, type.item)).join(',')}]`
    case 'row': {
      const parts = partsOf(value)
      const fields = type.fields.map(
        ({ name, type: part }) => `${JSON.stringify(name)}:${resultJson(parts[name] ?? null, part)}`,
      )
      return `{${fields.join(',')}}`
    }
    case 'map': {
      const parts = partsOf(value)
      const entries = Object.keys(parts)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${resultJson(parts[key] ?? null, type.value)}`)
      return `{${entries.join(',')}}`
    }
    case 'scalar':
      return scalarJson(value, type.name)
  }
}

function partsOf(value: Json): { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { [name: string]: Json })
    : {}
}

/** Types whose texts are numbers with more digits than a double has, or JSON. */
const WRITTEN_AS_THEY_ARE: ReadonlySet<string> = new Set(['bigint', 'decimal', 'json'])

function scalarJson(value: Json, type: string): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  if (type === 'double') return checked(value)
  return WRITTEN_AS_THEY_ARE.has(type) ? value : JSON.stringify(value)
}

function checked(text: string): string {
  if (isNotFinite(text)) throw new NoJsonError(`is ${text}, which has no form in JSON`)
  try {
    JSON.parse(text)
  } catch {
    const start = JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text)
    throw new NoJsonError(
      `is the text ${start}, which is no JSON: write CAST(… AS json) to return it as a JSON string`,
    )
  }
  return text
}

/** Characters of a value that a message shows. */
const SHOWN = 60

/** Whether it is a double that is no number, as the port writes them. */
export function isNotFinite(value: Json): boolean {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity'
}
