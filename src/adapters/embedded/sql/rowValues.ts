import {
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { rowReader, type ValueForms } from '../../../lake/itemValues.js'
import { lakeTime } from '../../../model/lakePath.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Item } from '../../../ports/itemTable.js'

/** Values of one row in the order of `storedColumns`. */
export type RowValues = readonly DuckDBValue[]

/** One row of the lake: its identity and its values. */
export interface LakeRow {
  readonly id: string
  readonly createdAt: DuckDBTimestampValue
  readonly values: RowValues
}

const FORMS: ValueForms<DuckDBValue> = {
  bigint: (value) => BigInt(value),
  timestamp: timestampValue,
  date: (days) => new DuckDBDateValue(days),
  array: (items) => new DuckDBListValue(items),
  struct: (fields) => new DuckDBStructValue(fields),
}

/** Makes rows of a table's items. Columns that an item lacks are null. Throws `UnfitItemError`. */
export function rowMaker(table: LakeTable): (item: Item) => LakeRow {
  const readRow = rowReader(table, FORMS)
  return (item) => {
    const { id, createdAt, values } = readRow(item)
    return { id, createdAt: timestampValue(createdAt), values }
  }
}

/** The lake's time of a stored text; undefined for what is none. */
export function timestampOf(text: string): DuckDBTimestampValue | undefined {
  const millis = lakeTime(text)
  return millis === undefined ? undefined : timestampValue(millis)
}

function timestampValue(millis: number): DuckDBTimestampValue {
  return new DuckDBTimestampValue(BigInt(millis) * 1000n)
}
