import {
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'

/** Whether two values of a lake column are the same; times compare whatever unit their engine keeps them in. */
export function sameValue(a: DuckDBValue | undefined, b: DuckDBValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return typeof a === 'number' && typeof b === 'number' && Number.isNaN(a) && Number.isNaN(b)
  }
  const micros = microsOf(a)
  if (micros !== undefined) return micros === microsOf(b)
  if (a instanceof DuckDBDateValue) return b instanceof DuckDBDateValue && a.days === b.days
  if (a instanceof DuckDBListValue) {
    if (!(b instanceof DuckDBListValue) || a.items.length !== b.items.length) return false
    return a.items.every((item, index) => sameValue(item, b.items[index]))
  }
  if (a instanceof DuckDBStructValue) {
    if (!(b instanceof DuckDBStructValue)) return false
    const names = Object.keys(a.entries)
    if (names.length !== Object.keys(b.entries).length) return false
    return names.every((name) => sameValue(a.entries[name], b.entries[name]))
  }
  return false
}

function microsOf(value: DuckDBValue): bigint | undefined {
  if (value instanceof DuckDBTimestampValue) return value.micros
  if (value instanceof DuckDBTimestampMillisecondsValue) return value.millis * 1000n
  return undefined
}
