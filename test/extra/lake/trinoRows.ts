import type { Json } from '../../../src/model/json.js'
import { trinoTypeName, trinoValue } from '../trino/trinoValue.js'
import type { TrinoRows } from './lakeClient.js'

/** Rows in the form of `SqlRow`, rows within them as arrays. */
export function jsonRows({ columns, rows }: TrinoRows): Json[][] {
  return rows.map((row) =>
    row.map((value, at) => trinoValue(value, (columns[at] as TrinoRows['columns'][number]).typeSignature)),
  )
}

/** `name type` of each column. */
export function columnTypes({ columns }: TrinoRows): string[] {
  return columns.map(({ name, typeSignature }) => `${name} ${trinoTypeName(typeSignature)}`)
}

/** In an order of their own, for statements without one. */
export function sortedRows(rows: readonly Json[][]): Json[][] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
