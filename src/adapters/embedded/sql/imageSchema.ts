import { sha256Hex } from '../../../model/keys.js'
import type { LakeColumn, LakeTable, LakeType } from '../../../model/lakeSchema.js'

/** Number of the image's layout: an image of another number is made again. */
export const IMAGE_FORMAT = 1

/** Schema of the tables behind the views that statements read. */
export const STORED = 'stored'

const SIMPLE_TYPES: Record<Exclude<LakeType['kind'], 'array' | 'struct'>, string> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
}

const PARTITION_MASKS = { year: '%Y', month: '%m', day: '%d' } as const

/**
 * DuckDB's name of a lake type. `timestamp` is the name of its timestamps: statements see microseconds, as Trino's
 * functions give them, a Parquet file has milliseconds.
 */
export function columnType(type: LakeType, timestamp = SIMPLE_TYPES.timestamp): string {
  switch (type.kind) {
    case 'array':
      return `${columnType(type.item, timestamp)}[]`
    case 'struct': {
      const fields = type.fields.map((field) => `${quoted(field.name)} ${columnType(field.type, timestamp)}`)
      return `STRUCT(${fields.join(', ')})`
    }
    case 'timestamp':
      return timestamp
    default:
      return SIMPLE_TYPES[type.kind]
  }
}

/** Columns as stored: those of the lake, and the revision that tells which state of the item a row shows. */
export function storedColumns(table: LakeTable): LakeColumn[] {
  return [...table.columns, { name: '_rev', type: { kind: 'bigint' } }]
}

/** Makes the empty table. There is no primary key: it would make loading several times slower. */
export function createTable(table: LakeTable, name = storedName(table.name)): string {
  const columns = storedColumns(table).map(({ name, type }) => `${quoted(name)} ${columnType(type)}`)
  return `CREATE TABLE ${name} (${columns.join(', ')})`
}

/** Makes the view under the table's lake name, with the derived columns. Filters on `createdAt` pass through it. */
export function createView(table: LakeTable): string {
  const columns = table.columns.map(({ name }) => quoted(name))
  const parts = table.partitionColumns.map(
    (name) => `strftime(${quoted('createdAt')}, '${PARTITION_MASKS[name]}') AS ${quoted(name)}`,
  )
  const from = storedName(table.name)
  return `CREATE OR REPLACE VIEW main.${quoted(table.name)} AS SELECT ${[...columns, ...parts].join(', ')} FROM ${from}`
}

/** Same definition, same hash: a table whose hash has changed is made again. */
export function definitionHash(table: LakeTable): string {
  return sha256Hex(JSON.stringify([table.kind, table.columns]))
}

export function storedName(table: string): string {
  return `${STORED}.${quoted(table)}`
}

/** A quoted identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
