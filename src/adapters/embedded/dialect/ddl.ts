import type { LakeType } from '../../../model/lakeSchema.js'
import type { RowField, SqlType } from './types.js'

const LAKE_TYPES = {
  string: 'VARCHAR',
  int: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  // Microseconds. The lake's timestamps are UTC with milliseconds and have no zone, as Athena reads them.
  timestamp: 'TIMESTAMP',
  date: 'DATE',
} as const

/** DuckDB's type of a lake column. */
export function duckdbType(type: LakeType): string {
  if (type.kind === 'array') return `${duckdbType(type.item)}[]`
  if (type.kind !== 'struct') return LAKE_TYPES[type.kind]
  const fields = type.fields.map((field) => `${quoteIdentifier(field.name)} ${duckdbType(field.type)}`)
  return `STRUCT(${fields.join(', ')})`
}

/** A name as DuckDB reads it, whatever it holds. Throws for a NUL character, which no name can have. */
export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new Error('invariant: a name holds a NUL character')
  return `"${name.replaceAll('"', '""')}"`
}

/** A string literal as DuckDB reads it. A NUL character would end the statement, so it is made by `chr`. */
export function quoteString(text: string): string {
  const quote = (part: string) => `'${part.replaceAll("'", "''")}'`
  if (!text.includes('\0')) return quote(text)
  return `(${text.split('\0').map(quote).join(' || chr(0) || ')})`
}

/** DuckDB's type for a type of Trino's. */
export function duckdbTypeOf(type: SqlType): string {
  switch (type.kind) {
    case 'unknown':
      return 'INTEGER'
    case 'real':
      return 'FLOAT'
    case 'varbinary':
      return 'BLOB'
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'timestampTz':
      return 'TIMESTAMPTZ'
    case 'intervalDay':
    case 'intervalYear':
      return 'INTERVAL'
    case 'array':
      return `${duckdbTypeOf(type.item)}[]`
    case 'map':
      return `MAP(${duckdbTypeOf(type.key)}, ${duckdbTypeOf(type.value)})`
    case 'row':
      return `STRUCT(${type.fields.map((field, at) => `${quoteIdentifier(fieldName(field, at))} ${duckdbTypeOf(field.type)}`).join(', ')})`
    default:
      return type.kind.toUpperCase()
  }
}

/** Name of a row's field in DuckDB, which knows no field without one; Trino shows these names too. */
export function fieldName(field: RowField, at: number): string {
  return field.name ?? `field${at}`
}
