import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { storedColumns } from '../../../../lake/lakeTableFormat.js'
import { UnfitItemError } from '../../../../lake/unfitItemError.js'
import type { Item } from '../../../../ports/itemTable.js'
import { quoteIdentifier } from '../../dialect/ddl.js'
import type { ImageTable } from '../image.js'
import { rowOfItem } from '../pendingRows.js'
import type { LakeRow } from '../rowValues.js'
import { streamChunks } from '../streamChunks.js'
import { sameValue } from './sameValue.js'

/** How a row of the lake differs from the table. */
export type RowDifference =
  /** The table has it, the lake does not. */
  | { readonly kind: 'missing' }
  /** The lake has it, the table does not. */
  | { readonly kind: 'extra' }
  /** The lake has it more than once. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'different'; readonly fields: readonly string[] }

/** Adds rows as the table's items make them, by id. Those of items that do not fit are left out, as in the lake. */
export function addExpected(
  rows: Map<string, LakeRow>,
  table: ImageTable,
  items: Iterable<readonly [id: string, item: Item]>,
): void {
  for (const [id, item] of items) {
    try {
      rows.set(id, rowOfItem(table, id, item))
    } catch (error) {
      if (!(error instanceof UnfitItemError)) throw error
    }
  }
}

const ROWS_A_TURN = 250

/** Compares what a relation of the lake holds under a condition with what it should hold. */
export async function compareRows(
  connection: DuckDBConnection,
  { table }: ImageTable,
  from: string,
  condition: string,
  expected: ReadonlyMap<string, LakeRow>,
): Promise<Map<string, RowDifference>> {
  const names = storedColumns(table).map(({ name }) => name)
  const idAt = names.indexOf(table.idColumn)
  const differences = new Map<string, RowDifference>()
  const seen = new Set<string>()
  const result = await connection.stream(
    `SELECT ${names.map(quoteIdentifier).join(', ')} FROM ${from} WHERE ${condition}`,
  )
  for await (const chunk of streamChunks(connection, result)) {
    const columns = names.map((_, index) => chunk.getColumnVector(index))
    for (let at = 0; at < chunk.rowCount; at++) {
      // Statements go on meanwhile.
      if (at % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn()
      const found = columns.map((column) => column.getItem(at))
      const id = String(found[idAt])
      const row = expected.get(id)
      if (seen.has(id)) differences.set(id, { kind: 'duplicate' })
      else if (!row) differences.set(id, { kind: 'extra' })
      else {
        const fields = differingFields(names, row, found)
        if (fields.length > 0) differences.set(id, { kind: 'different', fields })
      }
      seen.add(id)
    }
  }
  for (const id of expected.keys()) if (!seen.has(id)) differences.set(id, { kind: 'missing' })
  return differences
}

function differingFields(names: readonly string[], row: LakeRow, found: readonly DuckDBValue[]): string[] {
  return names.filter((_, index) => !sameValue(row.values[index], found[index]))
}
