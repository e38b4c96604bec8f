import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteString } from '../dialect/ddl.js'
import { storedName } from './imageSchema.js'

/** How far the rows of a stored table are from the order of their times. */
export interface TableDisorder {
  /** Row groups of the table: what the engine leaves out or looks at as a whole. */
  readonly groups: number
  /**
   * Row groups that the engine looks at, on average, for one row of a known time: at most about 1 when the rows lie in
   * the order of their times, `groups` when they lie anyhow. Groups of one and the same time don't count.
   */
  readonly lookedAt: number
}

/** A row group: its rows, removed ones included, and their times in microseconds since 1970. */
export interface RowGroupTimes {
  readonly rows: number
  readonly from: number
  readonly to: number
}

/** Reads the smallest and largest times that the engine keeps of each row group. */
export async function tableDisorder(connection: DuckDBConnection, table: string): Promise<TableDisorder> {
  const result = await connection.runAndReadAll(
    `SELECT sum("count")::DOUBLE,
       min(epoch_us(try_cast(regexp_extract(stats, 'Min: ([^,\\]]+)', 1) AS TIMESTAMP)))::DOUBLE,
       max(epoch_us(try_cast(regexp_extract(stats, 'Max: ([^,\\]]+)', 1) AS TIMESTAMP)))::DOUBLE
     FROM pragma_storage_info(${quoteString(storedName(table))})
     WHERE column_name = 'createdAt' AND segment_type <> 'VALIDITY'
     GROUP BY row_group_id`,
  )
  const groups = (result.getRows() as [number, number | null, number | null][]).flatMap(([rows, from, to]) =>
    from === null || to === null ? [] : [{ rows, from, to }],
  )
  return disorderOf(groups)
}

/** As if the times of a group's rows were spread evenly. */
export function disorderOf(groups: readonly RowGroupTimes[]): TableDisorder {
  let rows = 0
  let lookedAt = 0
  for (const own of groups) {
    rows += own.rows
    for (const other of groups) lookedAt += own.rows * shareWithin(own, other)
  }
  return { groups: groups.length, lookedAt: rows === 0 ? 0 : lookedAt / rows }
}

/** Which part of a group's times lie between the times of another one. */
function shareWithin(own: RowGroupTimes, other: RowGroupTimes): number {
  if (own.from === own.to) return other.from < own.from && own.to < other.to ? 1 : 0
  const common = Math.min(own.to, other.to) - Math.max(own.from, other.from)
  return Math.max(0, common) / (own.to - own.from)
}
