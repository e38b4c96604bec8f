import {
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { type Json, type JsonObject, ownValue } from '../../../model/json.js'
import type { LakeColumn, LakeTable, LakeType } from '../../../model/lakeSchema.js'
import { checkDate, checkDateTime, dateTimeToMillis, dateToDay } from '../../../model/scalars/dateTime.js'
import type { Item } from '../../../ports/itemTable.js'
import { storedColumns } from './imageSchema.js'

/** Values of one row in the order of `storedColumns`. */
export type RowValues = readonly DuckDBValue[]

/** One row of the lake: its identity and its values. */
export interface LakeRow {
  readonly id: string
  readonly createdAt: DuckDBTimestampValue
  readonly values: RowValues
}

/** An item does not fit its table. Only a damaged item or one of another model does that. */
export class UnfitItemError extends Error {
  override readonly name = 'UnfitItemError'
}

const DAY_MS = 86_400_000

/** Makes rows of a table's items. Columns that an item lacks are null. Throws `UnfitItemError`. */
export function rowMaker(table: LakeTable): (item: Item) => LakeRow {
  const columns = storedColumns(table)
  const idAt = columns.findIndex(({ name }) => name === table.idColumn)
  const createdAt = columns.findIndex(({ name }) => name === 'createdAt')
  return (item) => {
    const values = columns.map((column) => columnValue(column, ownValue(item, column.name)))
    const id = values[idAt]
    const time = values[createdAt]
    if (typeof id !== 'string') throw new UnfitItemError(`${table.idColumn} is missing.`)
    if (!(time instanceof DuckDBTimestampValue)) throw new UnfitItemError('createdAt is missing.')
    return { id, createdAt: time, values }
  }
}

/** The lake's time of a stored text; undefined for what is none. */
export function timestampOf(text: string): DuckDBTimestampValue | undefined {
  const millis = millisOf(text)
  return millis === undefined ? undefined : new DuckDBTimestampValue(BigInt(millis) * 1000n)
}

const SYSTEM_TIME_LENGTH = 'YYYY-MM-DDTHH:mm:ss.sssZ'.length

function millisOf(text: string): number | undefined {
  // Nearly all times are in the system's form, which reads several times faster than the general one.
  if (text.length === SYSTEM_TIME_LENGTH) {
    const millis = Date.parse(text)
    if (!Number.isNaN(millis) && new Date(millis).toISOString() === text) return millis
  }
  return checkDateTime(text) === undefined ? dateTimeToMillis(text) : undefined
}

function columnValue(column: LakeColumn, value: Json | undefined): DuckDBValue {
  if (value === undefined || value === null) return null
  return typedValue(column.type, value, column.name)
}

function typedValue(type: LakeType, value: Json, path: string): DuckDBValue {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' ? value : unfit(path, 'a text', value)
    case 'int':
      return isInteger(value, 0x7fffffff) ? value : unfit(path, 'an integer of 32 bits', value)
    case 'bigint':
      return isInteger(value, Number.MAX_SAFE_INTEGER) ? BigInt(value) : unfit(path, 'an integer', value)
    case 'double':
      return typeof value === 'number' && Number.isFinite(value) ? value : unfit(path, 'a number', value)
    case 'boolean':
      return typeof value === 'boolean' ? value : unfit(path, 'true or false', value)
    case 'timestamp':
      return (typeof value === 'string' && timestampOf(value)) || unfit(path, 'a date with time', value)
    case 'date':
      return (typeof value === 'string' && dateOf(value)) || unfit(path, 'a date', value)
    case 'array': {
      if (!Array.isArray(value)) return unfit(path, 'a list', value)
      const items = value as readonly Json[]
      return new DuckDBListValue(
        items.map((one, index) => (one === null ? null : typedValue(type.item, one, `${path}[${index}]`))),
      )
    }
    case 'struct': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return unfit(path, 'an object', value)
      }
      const entries: Record<string, DuckDBValue> = {}
      for (const field of type.fields) {
        const part = ownValue(value as JsonObject, field.name)
        entries[field.name] =
          part === undefined || part === null ? null : typedValue(field.type, part, `${path}.${field.name}`)
      }
      return new DuckDBStructValue(entries)
    }
  }
}

function isInteger(value: Json, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value <= max && value >= -max - 1
}

/** The day of an AWSDate, whose offset from UTC plays no part. */
function dateOf(text: string): DuckDBDateValue | undefined {
  if (checkDate(text) !== undefined) return undefined
  return new DuckDBDateValue(Date.parse(`${dateToDay(text)}T00:00:00.000Z`) / DAY_MS)
}

function unfit(path: string, expected: string, value: Json): never {
  const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a value of type ${typeof value}`
  throw new UnfitItemError(`${path} holds ${found} where ${expected} belongs.`)
}
