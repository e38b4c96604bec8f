import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'
import { lakePath } from '../model/lakePath.js'
import type { LakeColumn, LakeTable, LakeType } from '../model/lakeSchema.js'
import type { Item } from '../ports/itemTable.js'
import { rowReader, type ValueForms } from './itemValues.js'
import { lakeMetadata, storedColumns } from './lakeTableFormat.js'

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
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.flatMap((column) => elementsOf(column)),
  ]
  const kvMetadata = lakeMetadata(table)
  const readRow = rowReader(table, FORMS)
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

type ParquetValue = string | number | boolean | bigint | null | readonly unknown[] | object

/** As the writer wants them, in the physical types of `PHYSICAL`. */
const FORMS: ValueForms<ParquetValue> = {
  bigint: (value) => BigInt(value),
  timestamp: (millis) => BigInt(millis),
  date: (days) => days,
  array: (items) => items,
  struct: (fields) => fields,
}

/** Timestamps have no zone, as Athena reads them, and hold UTC. */
const TIMESTAMP = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MILLIS' },
} as const

const PHYSICAL: Readonly<Record<Exclude<LakeType['kind'], 'array' | 'struct'>, Omit<SchemaElement, 'name'>>> =
  {
    string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
    int: { type: 'INT32' },
    bigint: { type: 'INT64' },
    double: { type: 'DOUBLE' },
    boolean: { type: 'BOOLEAN' },
    timestamp: TIMESTAMP,
    date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  }

/** A column's part of the schema, parents before their children. Everything may be null. */
function elementsOf({ name, type }: LakeColumn): SchemaElement[] {
  const own = { name, repetition_type: 'OPTIONAL' } as const
  switch (type.kind) {
    case 'array':
      return [
        { ...own, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf({ name: 'element', type: type.item }),
      ]
    case 'struct':
      return [
        { ...own, num_children: type.fields.length },
        ...type.fields.flatMap((field) => elementsOf(field)),
      ]
    default:
      return [{ ...own, ...PHYSICAL[type.kind] }]
  }
}
