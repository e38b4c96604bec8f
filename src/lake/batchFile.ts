import { parquetWriteBuffer } from 'hyparquet-writer'
import { BATCH_COLUMNS } from '../model/lakeLayout.js'
import type { LakeColumn, LakeTable } from '../model/lakeSchema.js'
import type { BatchRow } from './batchRow.js'
import { lakeMetadata } from './lakeTableFormat.js'
import { type ParquetValue, parquetSchema } from './parquetSchema.js'

/** Columns of a batch, in order: the table's own, then what tells states of an item apart. */
export function batchColumns(table: LakeTable): LakeColumn[] {
  return [
    ...table.columns,
    { name: BATCH_COLUMNS.rev, type: { kind: 'bigint' } },
    { name: BATCH_COLUMNS.incarnation, type: { kind: 'string' } },
    { name: BATCH_COLUMNS.deleted, type: { kind: 'boolean' } },
  ]
}

/**
 * Makes a Parquet file of rows, in their order, with statistics. Each key may be among them once only. Of a tombstone
 * only its key is stored.
 */
export function batchFileMaker(table: LakeTable): (rows: readonly BatchRow[]) => Uint8Array {
  const columns = batchColumns(table)
  const schema = parquetSchema(columns)
  const kvMetadata = lakeMetadata(table)
  return (rows) => {
    const valuesAt = columnValues(table)
    const columnData = columns.map(({ name }, at) => ({ name, data: rows.map((row) => valuesAt(row, at)) }))
    return new Uint8Array(
      parquetWriteBuffer({
        columnData,
        schema,
        kvMetadata,
        rowGroupSize: ROWS_OF_GROUP,
        createdBy: 'oc-graphql',
      }),
    )
  }
}

/** Readers skip groups by their statistics, and hold one in memory. */
const ROWS_OF_GROUP = 50_000

function columnValues(table: LakeTable): (row: BatchRow, at: number) => ParquetValue {
  const own = table.columns.length
  const idAt = table.columns.findIndex(({ name }) => name === table.idColumn)
  const createdAtAt = table.columns.findIndex(({ name }) => name === 'createdAt')
  return (row, at) => {
    if (at === own) return BigInt(row.rev)
    if (at === own + 1) return row.incarnation
    if (at === own + 2) return row.values === undefined
    if (row.values) return row.values[at] ?? null
    if (at === idAt) return row.id
    return at === createdAtAt ? BigInt(row.createdAt) : null
  }
}
