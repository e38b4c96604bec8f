import { AppError } from '../../errors/appError.js'
import { type Json, jsonBytes } from '../../model/json.js'
import type { Field, Project, ScalarName, SelectStatement, TypeRef } from '../../model/types.js'
import type { SqlRow } from '../../ports/sqlEngine.js'

type Types = Pick<Project, 'enums' | 'valueTypes' | 'responseTypes'>

/**
 * Rows of a result as values of the type that the statement declares for one row: the item of its list, or the
 * declared type itself. An object takes its fields from the columns of their names, without regard to case; anything
 * else takes the first column.
 *
 * Throws `TaskFailed` for a value that does not fit: null where none may be, an Int beyond 32 bits, an unknown enum
 * value. NaN and the infinities, which JSON has no form for, are null.
 */
export function readRows(
  rows: readonly SqlRow[],
  columns: readonly string[],
  statement: Pick<SelectStatement, 'returns'>,
  project: Types,
): Json[] {
  const { returns } = statement
  const type = returns.kind === 'list' ? returns.item : returns
  const read = rowReader(type, columns, project)
  return rows.map(read)
}

/** The value of a statement that does not return a list: of its first row, or null when there is none. */
export function readSingle(
  rows: readonly SqlRow[],
  columns: readonly string[],
  statement: Pick<SelectStatement, 'returns'>,
  project: Types,
): Json {
  const [value] = readRows(rows.slice(0, 1), columns, statement, project)
  return value ?? null
}

/** Bytes that the names of a row's fields take in JSON, in UTF-8; 0 where rows are no objects. A row of an engine has none. */
export function nameBytes(statement: Pick<SelectStatement, 'returns'>, project: Types): number {
  const { returns } = statement
  const fields = fieldsOf(returns.kind === 'list' ? returns.item : returns, project)
  return fields.reduce((sum, { name }) => sum + jsonBytes(name) + 1, 0)
}

function rowReader(type: TypeRef, columns: readonly string[], project: Types): (row: SqlRow) => Json {
  if (type.kind !== 'response' && type.kind !== 'value') {
    const name = columns[0] ?? 'value'
    return (row) => readValue(row[0] ?? null, type, name, project)
  }
  const positions = new Map<string, number>()
  for (const [position, column] of columns.entries()) {
    const name = column.toLowerCase()
    if (!positions.has(name)) positions.set(name, position)
  }
  // Found once for all rows.
  const fields = fieldsOf(type, project).map((field) => {
    return { field, position: positions.get(field.name.toLowerCase()) }
  })
  return (row) => {
    const object: Record<string, Json> = {}
    for (const { field, position } of fields) {
      const value = position === undefined ? null : (row[position] ?? null)
      object[field.name] = readValue(value, field.type, field.name, project)
    }
    return object
  }
}

/** `name` is what messages call the value: its column, or the path within it. */
function readValue(value: Json, type: TypeRef, name: string, project: Types): Json {
  if (value === null) {
    if (type.nonNull) throw misfit(name, 'is null, but the declared type has no null there')
    return null
  }
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) throw misfit(name, 'is not a list')
      return (value as readonly Json[]).map((item, index) =>
        readValue(item, type.item, `${name}[${index + 1}]`, project),
      )
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
      const object: Record<string, Json> = {}
      for (const field of fieldsOf(type, project)) {
        const part = parts.get(field.name.toLowerCase()) ?? null
        object[field.name] = readValue(part, field.type, `${name}.${field.name}`, project)
      }
      return object
    }
    case 'scalar': {
      const read = READERS[type.name](value)
      if (read === undefined) throw misfit(name, `is ${shown(value)}, which is no ${type.name}`)
      if (read === null && type.nonNull) {
        throw misfit(name, `is ${shown(value)}, which has no form in JSON, and the declared type has no null`)
      }
      return read
    }
  }
}

/** Undefined when the value does not fit. */
type Reader = (value: Json) => Json | undefined

const READERS: Readonly<Record<ScalarName, Reader>> = {
  ID: (value) => (Number.isSafeInteger(value) ? String(value) : readText(value)),
  String: readText,
  Int: (value) => {
    const number = readInteger(value)
    return number !== undefined && number >= -(2 ** 31) && number < 2 ** 31 ? number : undefined
  },
  Float: readFloat,
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  AWSDateTime: readText,
  AWSDate: readText,
  AWSTime: readText,
  AWSTimestamp: readInteger,
  AWSEmail: readText,
  AWSJSON: readText,
  AWSURL: readText,
  AWSPhone: readText,
  AWSIPAddress: readText,
}

function readText(value: Json): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Integers beyond 2^53 and decimals come as texts; a decimal that is whole counts. */
function readInteger(value: Json): number | undefined {
  const number = typeof value === 'string' && isDecimal(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number + 0 : undefined
}

function readFloat(value: Json): number | null | undefined {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return null
  const number = typeof value === 'string' && isDecimal(value) ? Number(value) : value
  if (typeof number !== 'number') return undefined
  return Number.isFinite(number) ? number : null
}

function isDecimal(text: string): boolean {
  return text.trim() === text && text !== '' && Number.isFinite(Number(text))
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
