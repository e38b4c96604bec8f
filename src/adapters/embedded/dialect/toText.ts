import { localTime, type Typed } from './typed.js'

/** The value as CAST(… AS varchar) writes it; undefined for types that Trino does not write. */
export function toText(value: Typed): string | undefined {
  const { sql, type } = value
  switch (type.kind) {
    case 'varchar':
      return sql
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'date':
    case 'uuid':
      return `CAST(${sql} AS VARCHAR)`
    case 'decimal':
      // DuckDB writes .5 where all digits stand after the point.
      return type.precision === type.scale
        ? `replace(CAST(${sql} AS VARCHAR), '.', '0.')`
        : `CAST(${sql} AS VARCHAR)`
    case 'double':
    case 'real':
      return `ocg_floating_text(CAST(${sql} AS VARCHAR))`
    case 'time':
      return `left(strftime(DATE '2000-01-01' + ${sql}, '%H:%M:%S.%f'), ${clockLength(type.precision)})`
    case 'timestamp':
      return timestampText(sql, type.precision)
    case 'timestampTz':
      return `(${timestampText(localTime(value), type.precision)} || ' ' || ${value.zone ?? "'UTC'"})`
    default:
      return undefined
  }
}

function timestampText(sql: string, precision: number): string {
  return `left(strftime(${sql}, '%Y-%m-%d %H:%M:%S.%f'), ${11 + clockLength(precision)})`
}

function clockLength(precision: number): number {
  return precision === 0 ? 8 : 9 + precision
}
