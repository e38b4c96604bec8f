import { parquetWriteBuffer } from 'hyparquet-writer'
import { lakePath } from '../model/lakePath.js'
import type { LakeTable } from '../model/lakeSchema.js'
import type { Item } from '../ports/itemTable.js'
import { rowReader } from './itemValues.js'
import { lakeMetadata, storedColumns } from './lakeTableFormat.js'
import { PARQUET_FORMS, parquetSchema } from './parquetSchema.js'

/** A row as an object of the lake, in the layout `rows`. */
export interface RowFile {
  /** Key of the object. */
  readonly path: string
  readonly id: string
  /** A Parquet file of one row. */
  readonly body: Uint8Array
}

/**
 * Makes Parquet files of a table's items: one row, every column typed by the schema and never by the value, Snappy.
 * Throws `UnfitItemError`.
 */
export function rowFileMaker(table: LakeTable): (item: Item) => RowFile {
  const columns = storedColumns(table)
  const schema = parquetSchema(columns)
  const kvMetadata = lakeMetadata(table)
  const readRow = rowReader(table, PARQUET_FORMS)
  return (item) => {
    const { id, createdAt, values } = readRow(item)
    const columnData = columns.map(({ name }, index) => ({ name, data: [values[index]] }))
    // Nobody prunes within a single row: statistics and page indexes would only make the file larger.
    const body = parquetWriteBuffer({
      columnData: columnData.map((column) => ({ ...column, offsetIndex: false, statistics: false })),
      schema,
      kvMetadata,
      createdBy: 'oc-graphql',
    })
    return { path: lakePath(table.name, id, createdAt), id, body: new Uint8Array(body) }
  }
}
