import { type Json, type JsonObject, ownValue } from '../model/json.js'
import { lakeTime } from '../model/lakePath.js'
import type { LakeTable, LakeType } from '../model/lakeSchema.js'
import { checkDate, dateToDay } from '../model/scalars/dateTime.js'
import type { Item } from '../ports/itemTable.js'
import { storedColumns } from './lakeTableFormat.js'
import { UnfitItemError } from './unfitItemError.js'

/** How a reader of rows wants the values that JSON has no form for. Texts, numbers, booleans and null stay as they are. */
export interface ValueForms<V> {
  bigint(value: number): V
  /** `millis` since 1970 in UTC. */
  timestamp(millis: number): V
  /** Days since 1970. */
  date(days: number): V
  array(items: readonly (V | Plain)[]): V
  struct(fields: Readonly<Record<string, V | Plain>>): V
}

type Plain = string | number | boolean | null

/** One row of the lake: its identity, and its values in the order of `storedColumns`. */
export interface ItemRow<V> {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly values: readonly (V | Plain)[]
}

/** Makes rows of a table's items; the same for every engine. Columns that an item lacks are null. Throws `UnfitItemError`. */
export function rowReader<V>(table: LakeTable, forms: ValueForms<V>): (item: Item) => ItemRow<V> {
  const columns = storedColumns(table)
  return (item) => {
    const values = columns.map(({ name, type }) => {
      const value = ownValue(item, name)
      return value === undefined || value === null ? null : typedValue(type, value, name, forms)
    })
    const id = ownValue(item, table.idColumn)
    const createdAt = ownValue(item, 'createdAt')
    if (typeof id !== 'string') throw new UnfitItemError(`${table.idColumn} is missing.`)
    const millis = typeof createdAt === 'string' ? lakeTime(createdAt) : undefined
    if (millis === undefined) throw new UnfitItemError('createdAt is missing.')
    return { id, createdAt: millis, values }
  }
}

const DAY_MS = 86_400_000

function typedValue<V>(type: LakeType, value: Json, path: string, forms: ValueForms<V>): V | Plain {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' ? value : unfit(path, 'a text', value)
    case 'int':
      return isInteger(value, 0x7fffffff) ? value : unfit(path, 'an integer of 32 bits', value)
    case 'bigint':
      return isInteger(value, Number.MAX_SAFE_INTEGER)
        ? forms.bigint(value)
        : unfit(path, 'an integer', value)
    case 'double':
      return typeof value === 'number' && Number.isFinite(value) ? value : unfit(path, 'a number', value)
    case 'boolean':
      return typeof value === 'boolean' ? value : unfit(path, 'true or false', value)
    case 'timestamp': {
      const millis = typeof value === 'string' ? lakeTime(value) : undefined
      return millis === undefined ? unfit(path, 'a date with time', value) : forms.timestamp(millis)
    }
    case 'date': {
      const days = typeof value === 'string' ? daysOf(value) : undefined
      return days === undefined ? unfit(path, 'a date', value) : forms.date(days)
    }
    case 'array': {
      if (!Array.isArray(value)) return unfit(path, 'a list', value)
      const items = value as readonly Json[]
      return forms.array(
        items.map((one, index) =>
          one === null ? null : typedValue(type.item, one, `${path}[${index}]`, forms),
        ),
      )
    }
    case 'struct': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return unfit(path, 'an object', value)
      }
      const fields: Record<string, V | Plain> = {}
      for (const field of type.fields) {
        const part = ownValue(value as JsonObject, field.name)
        fields[field.name] =
          part === undefined || part === null
            ? null
            : typedValue(field.type, part, `${path}.${field.name}`, forms)
      }
      return forms.struct(fields)
    }
  }
}

function isInteger(value: Json, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value <= max && value >= -max - 1
}

/** The day of an AWSDate, whose offset from UTC plays no part. */
function daysOf(text: string): number | undefined {
  if (checkDate(text) !== undefined) return undefined
  return Date.parse(`${dateToDay(text)}T00:00:00.000Z`) / DAY_MS
}

function unfit(path: string, expected: string, value: Json): never {
  const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a value of type ${typeof value}`
  throw new UnfitItemError(`${path} holds ${found} where ${expected} belongs.`)
}
