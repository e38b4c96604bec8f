import { AppError } from '../../errors/appError.js'
import type { Json } from '../../model/json.js'
import type { Field, Project, ResultType, ScalarName, SelectStatement, TypeRef } from '../../model/types.js'
import type { SqlRow } from '../../ports/sqlEngine.js'
import { isNotFinite, NoJsonError, resultJson } from './resultJson.js'

type Types = Pick<Project, 'enums' | 'valueTypes' | 'responseTypes'>
/** `columns` tells what arrays, rows and maps hold, which their form as AWSJSON depends on. */
type Selected = Pick<SelectStatement, 'returns'> & Partial<Pick<SelectStatement, 'columns'>>

/**
 * Rows of a result as values of the type that the statement declares for one row: the item of its list, or the
 * declared type itself. An object takes its fields from the columns of their names, without regard to case; anything
 * else takes the first column.
 *
 * Throws `TaskFailed` for a value that does not fit: null where none may be, an Int beyond 32 bits, a whole number beyond
 * 2^53 as Float, an unknown enum value, NaN and the infinities, which JSON has no form for.
 */
export function readRows(
  rows: readonly SqlRow[],
  columns: readonly string[],
  statement: Selected,
  project: Types,
): Json[] {
  const { returns } = statement
  const type = returns.kind === 'list' ? returns.item : returns
  // A result of the statement as it was before a deployment need not have the columns of now.
  const known = statement.columns?.length === columns.length ? statement.columns : []
  const read = rowReader(
    type,
    columns,
    known.map(({ nested }) => nested),
    project,
  )
  return rows.map(read)
}

/** The value of a statement that does not return a list: of its first row, or null when there is none. */
export function readSingle(
  rows: readonly SqlRow[],
  columns: readonly string[],
  statement: Selected,
  project: Types,
): Json {
  const [value] = readRows(rows.slice(0, 1), columns, statement, project)
  return value ?? null
}

function rowReader(
  type: TypeRef,
  columns: readonly string[],
  nested: readonly (ResultType | undefined)[],
  project: Types,
): (row: SqlRow) => Json {
  if (type.kind !== 'response' && type.kind !== 'value') {
    const name = columns[0] ?? 'value'
    return (row) => readValue(row[0] ?? null, type, nested[0], name, project)
  }
  const positions = new Map<string, number>()
  for (const [position, column] of columns.entries()) {
    const name = column.toLowerCase()
    if (!positions.has(name)) positions.set(name, position)
  }
  // Found once for all rows.
  const fields = fieldsOf(type, project).map((field) => {
    const position = positions.get(field.name.toLowerCase())
    return { field, position, found: position === undefined ? undefined : nested[position] }
  })
  return (row) => {
    const object: Record<string, Json> = {}
    for (const { field, position, found } of fields) {
      const value = position === undefined ? null : (row[position] ?? null)
      object[field.name] = readValue(value, field.type, found, field.name, project)
    }
    return object
  }
}

/**
 * `found` is the type in SQL of what is an array, a row or a map; `name` is what messages call the value: its column, or the
 * path within it.
 */
function readValue(
  value: Json,
  type: TypeRef,
  found: ResultType | undefined,
  name: string,
  project: Types,
): Json {
  if (value === null) {
    if (type.nonNull) throw misfit(name, 'is null, but the declared type has no null there')
    return null
  }
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) throw misfit(name, 'is not a list')
      return (value as readonly Json[]).map((item, index) => {
        const itemType = found?.kind === 'array' ? found.item : undefined
        return readValue(item, type.item, itemType, `${name}[${index + 1}]`, project)
      })
    case 'enum': {
      const known = project.enums.find((one) => one.name === type.name)?.values ?? []
      if (typeof value !== 'string' || !known.includes(value)) {
        throw misfit(name, `is ${shown(value)}, which is no value of ${type.name}`)
      }
      return value
    }
    case 'value':
    case 'response': {
      if (typeof value !== 'object' || Array.isArray(value)) throw misfit(name, 'is not a row')
      const parts = new Map(Object.entries(value).map(([key, part]) => [key.toLowerCase(), part]))
      const partTypes = found?.kind === 'row' ? found.fields : []
      const object: Record<string, Json> = {}
      for (const field of fieldsOf(type, project)) {
        const key = field.name.toLowerCase()
        const partType = partTypes.find((part) => part.name.toLowerCase() === key)?.type
        const part = parts.get(key) ?? null
        object[field.name] = readValue(part, field.type, partType, `${name}.${field.name}`, project)
      }
      return object
    }
    case 'scalar': {
      if (type.name === 'AWSJSON') return readJson(value, found, name)
      const read = READERS[type.name](value)
      if (read === undefined) throw misfit(name, unfit(value, type.name))
      return read
    }
  }
}

/** Undefined when the value does not fit. */
type Reader = (value: Json) => Json | undefined

const READERS: Readonly<Record<Exclude<ScalarName, 'AWSJSON'>, Reader>> = {
  ID: readText,
  String: readText,
  Int: (value) => {
    const number = readInteger(value)
    return number !== undefined && number >= -(2 ** 31) && number < 2 ** 31 ? number : undefined
  },
  Float: readFloat,
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  AWSDateTime: (value) => (isMatch(value, DATE_TIME) ? value : undefined),
  AWSDate: (value) => (isMatch(value, DATE) ? value : undefined),
  AWSTime: readText,
  AWSTimestamp: readInteger,
  AWSEmail: readText,
  AWSURL: readText,
  AWSPhone: readText,
  AWSIPAddress: readText,
}

/** Years with more digits than four are dates in SQL, and in none of these scalars. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const DATE = /^\d{4}-\d\d-\d\d$/

function isMatch(value: Json, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}

/** Whole numbers are texts too, with all their digits; those beyond 2^53 come as texts, as decimals do. */
function readText(value: Json): string | undefined {
  if (typeof value === 'string') return value
  return Number.isSafeInteger(value) ? String((value as number) + 0) : undefined
}

/** Integers beyond 2^53 and decimals come as texts; a decimal that is whole counts. */
function readInteger(value: Json): number | undefined {
  const number = typeof value === 'string' && isDecimal(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number + 0 : undefined
}

/** A decimal becomes the nearest double. Of a whole number beyond 2^53 every digit was meant, so it is none. */
function readFloat(value: Json): number | undefined {
  if (typeof value !== 'string') return typeof value === 'number' ? value : undefined
  if (!isDecimal(value)) return undefined
  const number = Number(value)
  return isWhole(value) && !Number.isSafeInteger(number) ? undefined : number
}

function readJson(value: Json, found: ResultType | undefined, name: string): string {
  try {
    return resultJson(value, found)
  } catch (error) {
    if (error instanceof NoJsonError) throw misfit(name, error.message)
    throw error
  }
}

function isDecimal(text: string): boolean {
  return text.trim() === text && text !== '' && Number.isFinite(Number(text))
}

function isWhole(value: Json): value is string {
  return typeof value === 'string' && /^-?\d+$/.test(value)
}

/** Why a scalar does not take a value, and what helps. */
function unfit(value: Json, scalar: ScalarName): string {
  if (scalar === 'Float' && isNotFinite(value)) return `is ${value}, which has no form in JSON`
  if (scalar === 'Float' && isWhole(value)) {
    return `is ${value}, which is beyond what a Float holds exactly (2^53): declare it as String, or use CAST(… AS double)`
  }
  if (scalar === 'Int' && (isWhole(value) || Number.isSafeInteger(value))) {
    return `is ${value}, which is beyond the 32 bits of an Int: declare it as Float, or as String for all digits`
  }
  return `is ${shown(value)}, which is no ${scalar}`
}

function fieldsOf(type: TypeRef, project: Types): readonly Field[] {
  if (type.kind !== 'value' && type.kind !== 'response') return []
  const types = type.kind === 'value' ? project.valueTypes : project.responseTypes
  const found = types.find((one) => one.name === type.name)
  if (!found) throw new Error(`invariant: the model has no type ${type.name}`)
  return found.fields
}

function misfit(name: string, reason: string): AppError {
  return new AppError('TaskFailed', `The value of ${name} in the statement's result ${reason}.`)
}

/** A value in a message, short enough to read. */
function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
