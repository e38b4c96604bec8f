import { storedColumns } from '../../../lake/lakeTableFormat.js'
import { sha256Hex } from '../../../model/keys.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import { duckdbType, quoteIdentifier } from '../dialect/ddl.js'

/** Number of the image's layout: an image of another number is made again. */
export const IMAGE_FORMAT = 2

/** Schema of the tables behind the views that statements read. */
export const STORED = 'stored'

const PARTITION_MASKS = { year: '%Y', month: '%m', day: '%d' } as const

/** Makes the empty table. There is no primary key: it would make loading several times slower. */
export function createTable(table: LakeTable, name = storedName(table.name)): string {
  const columns = storedColumns(table).map(({ name, type }) => `${quoteIdentifier(name)} ${duckdbType(type)}`)
  return `CREATE TABLE ${name} (${columns.join(', ')})`
}

/** Makes the view under the table's lake name, with the derived columns. Filters on `createdAt` pass through it. */
export function createView(table: LakeTable): string {
  const columns = table.columns.map(({ name }) => quoteIdentifier(name))
  const parts = table.partitionColumns.map(
    (name) =>
      `strftime(${quoteIdentifier('createdAt')}, '${PARTITION_MASKS[name]}') AS ${quoteIdentifier(name)}`,
  )
  const from = storedName(table.name)
  return `CREATE OR REPLACE VIEW main.${quoteIdentifier(table.name)} AS SELECT ${[...columns, ...parts].join(', ')} FROM ${from}`
}

/** Same definition, same hash: a table whose hash has changed is altered, or made again. */
export function definitionHash(table: LakeTable): string {
  return sha256Hex(JSON.stringify([table.kind, table.columns]))
}

/**
 * Which of `storedColumns` each column of the stored table is. A table that was altered has new columns at its end;
 * without an order, the two are the same.
 */
export type ColumnOrder = readonly number[]

export interface TableMark {
  readonly hash: string
  readonly order?: ColumnOrder
}

/** What the image notes of a table: its definition, and the order of its columns when it is another one. */
export function tableMark(table: LakeTable, order?: ColumnOrder): string {
  const isUsual = !order || order.every((column, place) => column === place)
  return isUsual ? definitionHash(table) : `${definitionHash(table)}:${order.join(',')}`
}

export function parseMark(text: string): TableMark {
  const [hash, order] = text.split(':')
  return { hash: hash as string, ...(order !== undefined && { order: order.split(',').map(Number) }) }
}

export function storedName(table: string): string {
  return `${STORED}.${quoteIdentifier(table)}`
}
