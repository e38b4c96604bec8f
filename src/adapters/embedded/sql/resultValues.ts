import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { Json } from '../../../model/json.js'
import type { SqlRow } from '../../../ports/sqlEngine.js'

/** Rows of a chunk in the form of `SqlRow`, each made when it is asked for: one row alone can be large. */
export function* chunkRows(chunk: DuckDBDataChunk, types: readonly DuckDBType[]): Generator<SqlRow> {
  const columns = types.map((type, index) => {
    const vector = chunk.getColumnVector(index)
    if (type.typeId !== DuckDBTypeId.FLOAT) return (row: number) => resultValue(vector.getItem(row))
    return (row: number) => floatValue(vector.getItem(row) as number | null)
  })
  for (let row = 0; row < chunk.rowCount; row++) yield columns.map((value) => value(row))
}

/** One value in the form that `SqlRow` promises; what has no counterpart there is text. */
export function resultValue(value: DuckDBValue): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return integerValue(value)
  }
  if (value === null) return null
  if (value instanceof DuckDBTimestampValue) return timeValue(value.micros, 1000n, value)
  if (value instanceof DuckDBTimestampTZValue) return timeValue(value.micros, 1000n, value)
  if (value instanceof DuckDBTimestampMillisecondsValue) return timeValue(value.millis, 1n, value)
  if (value instanceof DuckDBTimestampNanosecondsValue) return timeValue(value.nanos, 1_000_000n, value)
  if (value instanceof DuckDBTimestampSecondsValue) return timeValue(value.seconds * 1000n, 1n, value)
  if (value instanceof DuckDBDateValue) return dateValue(value)
  if (value instanceof DuckDBTimeValue) return clockValue(value)
  if (value instanceof DuckDBDecimalValue) return value.toString()
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(resultValue)
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, part]) => [name, resultValue(part)]))
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value }) => [keyText(key), resultValue(value)]))
  }
  if (value instanceof DuckDBUnionValue) return resultValue(value.value)
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64')
  return String(value)
}

function integerValue(value: bigint): Json {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}

/** The shortest decimal number that is this float of 32 bits: `0.1`, not `0.10000000149011612`. */
function floatValue(value: number | null): Json {
  if (value === null) return null
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

/** Largest distance from 1970 that a JavaScript date reaches, in milliseconds. Source: ECMA-262, "Time Values". */
const DATE_RANGE = 8.64e15

function timeValue(count: bigint, perMilli: bigint, value: { toString(): string }): Json {
  // Rounds down, before 1970 too.
  const millis = Number((count - (((count % perMilli) + perMilli) % perMilli)) / perMilli)
  return Math.abs(millis) <= DATE_RANGE ? new Date(millis).toISOString() : value.toString()
}

function dateValue(value: DuckDBDateValue): Json {
  const millis = value.days * 86_400_000
  if (Math.abs(millis) > DATE_RANGE) return value.toString()
  const text = new Date(millis).toISOString()
  return text.slice(0, text.indexOf('T'))
}

function clockValue(value: DuckDBTimeValue): Json {
  const millis = Number(value.micros / 1000n)
  // 24:00:00 is a time in SQL, and the next day's midnight for a date.
  return millis === 86_400_000 ? '24:00:00.000' : new Date(millis).toISOString().slice(11, 23)
}

function keyText(key: DuckDBValue): string {
  const text = resultValue(key)
  return typeof text === 'string' ? text : JSON.stringify(text)
}
