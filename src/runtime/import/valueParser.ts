import type { ModelSlice } from '../../model/functions.js'
import type { Json } from '../../model/json.js'
import { parseScalar } from '../../model/scalars/parseScalar.js'
import type { Field, ScalarName, TypeRef } from '../../model/types.js'

export type ValueResult =
  | { readonly ok: true; readonly value: Json }
  /** `path` says where inside the value: `` or `.street` or `[2].city`. */
  | { readonly ok: false; readonly path: string; readonly message: string }

/** Reads one value. An absent one is null. */
export type ValueParser = (value: unknown) => ValueResult

/** Makes the parser of a type's values: JSON values as they are, or the texts of CSV cells. */
export function valueParser(project: ModelSlice, type: TypeRef, form: 'json' | 'text'): ValueParser {
  const parse = jsonParser(project, type)
  if (form === 'json') return parse
  const read = cellReader(type)
  return (cell) => {
    if (typeof cell !== 'string') return parse(cell)
    const value = read(cell)
    return value.ok ? parse(value.value) : value
  }
}

const NULL: ValueResult = { ok: true, value: null }

function jsonParser(project: ModelSlice, type: TypeRef): ValueParser {
  const parse = presentParser(project, type)
  if (!type.nonNull) return (value) => (value === null || value === undefined ? NULL : parse(value))
  return (value) => (value === null || value === undefined ? bad('A value is required here.') : parse(value))
}

function presentParser(project: ModelSlice, type: TypeRef): ValueParser {
  switch (type.kind) {
    case 'scalar': {
      const { name } = type
      return (value) => {
        const result = parseScalar(name, value)
        return result.ok ? result : bad(result.message)
      }
    }
    case 'enum':
      return enumParser(project.enums.find(({ name }) => name === type.name)?.values ?? [], type.name)
    case 'list':
      return listParser(jsonParser(project, type.item))
    case 'value':
      return objectParser(
        project,
        project.valueTypes.find(({ name }) => name === type.name)?.fields ?? [],
        type.name,
      )
    case 'response':
      throw new Error(`invariant: response type ${type.name} is not stored`)
  }
}

function enumParser(values: readonly string[], name: string): ValueParser {
  const known = new Set<unknown>(values)
  return (value) => {
    if (known.has(value)) return { ok: true, value: value as string }
    const found = typeof value === 'string' ? `'${value.slice(0, 60)}'` : typeof value
    return bad(`${name} must be one of ${values.join(', ')}, found ${found}.`)
  }
}

function listParser(item: ValueParser): ValueParser {
  return (value) => {
    if (!Array.isArray(value)) return bad('A list is expected here.')
    const items: Json[] = []
    for (const [index, one] of value.entries()) {
      const result = item(one)
      if (!result.ok) return { ...result, path: `[${index}]${result.path}` }
      items.push(result.value)
    }
    return { ok: true, value: items }
  }
}

function objectParser(project: ModelSlice, fields: readonly Field[], name: string): ValueParser {
  const parsers = new Map(fields.map((field) => [field.name, jsonParser(project, field.type)]))
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return bad(`An object of ${name} is expected here.`)
    for (const key of Object.keys(value)) {
      if (!parsers.has(key)) return bad(`${name} has no field '${key.slice(0, 60)}'.`)
    }
    const values: Record<string, Json> = {}
    for (const [key, parse] of parsers) {
      const result = parse((value as Record<string, unknown>)[key])
      if (!result.ok) return { ...result, path: `.${key}${result.path}` }
      if (result.value !== null) values[key] = result.value
    }
    return { ok: true, value: values }
  }
}

type CellResult = { readonly ok: true; readonly value: unknown } | Extract<ValueResult, { ok: false }>

/** Gives a cell's text the JSON type of its column. The empty text is a value of texts only. */
function cellReader(type: TypeRef): (cell: string) => CellResult {
  if (type.kind === 'list' || type.kind === 'value' || type.kind === 'response') return orNull(readJson)
  if (type.kind === 'enum') return orNull((value) => ({ ok: true, value }))
  return CELL_READERS[type.name]
}

function asText(value: string): CellResult {
  return { ok: true, value }
}

function orNull(read: (cell: string) => CellResult): (cell: string) => CellResult {
  return (cell) => (cell === '' ? NULL : read(cell))
}

function readJson(cell: string): CellResult {
  try {
    return { ok: true, value: JSON.parse(cell) }
  } catch {
    return bad('JSON is expected in this cell.')
  }
}

function readNumber(cell: string): CellResult {
  const text = cell.trim()
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
  return Number.isNaN(value)
    ? bad(`A number is expected here, found '${cell.slice(0, 60)}'.`)
    : { ok: true, value }
}

function readBoolean(cell: string): CellResult {
  const text = cell.trim().toLowerCase()
  if (text === 'true' || text === 'false') return { ok: true, value: text === 'true' }
  return bad(`true or false is expected here, found '${cell.slice(0, 60)}'.`)
}

const CELL_READERS: Readonly<Record<ScalarName, (cell: string) => CellResult>> = {
  ID: asText,
  String: asText,
  Int: orNull(readNumber),
  Float: orNull(readNumber),
  Boolean: orNull(readBoolean),
  AWSDateTime: orNull(asText),
  AWSDate: orNull(asText),
  AWSTime: orNull(asText),
  AWSTimestamp: orNull(readNumber),
  AWSEmail: orNull(asText),
  AWSJSON: orNull(asText),
  AWSURL: orNull(asText),
  AWSPhone: orNull(asText),
  AWSIPAddress: orNull(asText),
}

function bad(message: string): Extract<ValueResult, { ok: false }> {
  return { ok: false, path: '', message }
}
