import {
  type DuckDBBlobValue,
  DuckDBDateValue,
  type DuckDBDecimalValue,
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBStructValue,
  type DuckDBTimestampTZValue,
  type DuckDBTimestampValue,
  type DuckDBTimeValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { SqlType } from '../../../../src/adapters/embedded/dialect/types.js'

/** A value as Athena writes it into its results; undefined for null. Arrays and rows lose their quotes, as there. */
export function athenaText(value: DuckDBValue, type: SqlType): string | undefined {
  if (value === null) return undefined
  switch (type.kind) {
    case 'double':
    case 'real':
      return javaNumber(Number(value), type.kind === 'real')
    case 'decimal':
      return (value as DuckDBDecimalValue).toString()
    case 'date':
      return dateText(value as DuckDBDateValue)
    case 'timestamp':
      return timestampText((value as DuckDBTimestampValue).micros, type.precision)
    case 'timestampTz':
      return `${timestampText((value as DuckDBTimestampTZValue).micros, type.precision)} UTC`
    case 'time':
      return timestampText((value as DuckDBTimeValue).micros, type.precision).slice('1970-01-01 '.length)
    case 'varbinary':
      return [...(value as DuckDBBlobValue).bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    case 'array':
      return `[${(value as DuckDBListValue).items.map((item) => part(item, type.item)).join(', ')}]`
    case 'row': {
      const parts = Object.values((value as DuckDBStructValue).entries)
      const fields = type.fields.map(({ name, type: one }, at) => {
        // A field without a name is called by its number there.
        return `${name ?? `field${at}`}=${part(parts[at] ?? null, one)}`
      })
      return `{${fields.join(', ')}}`
    }
    case 'map': {
      const entries = (value as DuckDBMapValue).entries.map(
        ({ key, value: one }) => `${part(key, type.key)}=${part(one, type.value)}`,
      )
      return `{${entries.join(', ')}}`
    }
    default:
      return String(value)
  }
}

/** What Athena calls a type in `ColumnInfo`. */
export function athenaType(type: SqlType): string {
  switch (type.kind) {
    case 'real':
      return 'float'
    case 'timestampTz':
      return 'timestamp with time zone'
    case 'intervalDay':
      return 'interval day to second'
    case 'intervalYear':
      return 'interval year to month'
    default:
      return type.kind
  }
}

function part(value: DuckDBValue, type: SqlType): string {
  return athenaText(value, type) ?? 'null'
}

/** As Java's `Double.toString` writes it: with an exponent below 10^-3 and from 10^7 on. */
export function javaNumber(number: number, single: boolean): string {
  if (!Number.isFinite(number)) return String(number)
  if (number === 0) return Object.is(number, -0) ? '-0.0' : '0.0'
  const shortest = single ? Number(new Float32Array([number])[0]?.toPrecision(7)) : number
  const [mantissa = '', exponent = '0'] = shortest.toExponential().split('e')
  const power = Number(exponent)
  if (power >= 7 || power < -3) return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${power}`
  const plain = shortest.toFixed(Math.max(1, (mantissa.split('.')[1]?.length ?? 0) - power))
  return plain
}

function dateText({ days }: DuckDBDateValue): string {
  return new DuckDBDateValue(days).toString()
}

/** Microseconds since 1970 with this many digits of a second's fraction. */
function timestampText(micros: bigint, precision: number): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const whole = new Date(Number((micros - fraction) / 1000n)).toISOString()
  const text = `${whole.slice(0, whole.indexOf('T'))} ${whole.slice(whole.indexOf('T') + 1, -5)}`
  return precision === 0 ? text : `${text}.${fraction.toString().padStart(6, '0').slice(0, precision)}`
}
