import type { DuckDBConnection } from '@duckdb/node-api'
import { storedColumns } from '../../../lake/lakeTableFormat.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import { quoteIdentifier } from '../dialect/ddl.js'
import { storedName } from '../sql/imageSchema.js'
import { streamChunks } from '../sql/streamChunks.js'
import { DAY_OF_ROW, type DayNumber, withinDays } from './days.js'
import type { ParquetWriter } from './parquetWriter.js'

/** How many rows each day has. Days without rows are left out. */
export type RowsOfDays = ReadonlyMap<DayNumber, number>

/** Days whose rows are read from the image at once, in the order of time. */
export type DayGroup = readonly DayNumber[]

/** Reading many small days one by one would scan the table for each; more rows than these would not stay in memory. */
const GROUP_ROWS = 200_000
const GROUP_DAYS = 200

/** Counts rows by day: of all days, or of these. */
export async function countDays(
  reader: DuckDBConnection,
  table: LakeTable,
  days?: readonly DayNumber[],
): Promise<RowsOfDays> {
  if (days?.length === 0) return new Map()
  const result = await reader.runAndReadAll(
    `SELECT ${DAY_OF_ROW}::INTEGER, count(*)::DOUBLE FROM ${storedName(table.name)} ${days ? `WHERE ${isOneOf(days)}` : ''} GROUP BY 1`,
  )
  return new Map(result.getRows() as [number, number][])
}

/** Puts days together whose rows can be held at once; a large day stands alone. */
export function groupDays(days: readonly DayNumber[], rows: RowsOfDays): DayGroup[] {
  const groups: DayNumber[][] = []
  let open: DayNumber[] = []
  let size = 0
  for (const day of [...days].sort((a, b) => a - b)) {
    const own = rows.get(day) ?? 0
    if (open.length > 0 && (size + own > GROUP_ROWS || open.length === GROUP_DAYS)) {
      groups.push(open)
      open = []
      size = 0
    }
    open.push(day)
    size += own
  }
  if (open.length > 0) groups.push(open)
  return groups
}

/** Hands the rows of a group to the writer. Answers how many there are. */
export async function loadGroup(
  reader: DuckDBConnection,
  writer: ParquetWriter,
  table: LakeTable,
  group: DayGroup,
): Promise<number> {
  // By their names: the model may have changed since.
  const columns = storedColumns(table).map(({ name }) => quoteIdentifier(name))
  const sql = `SELECT ${columns.join(', ')} FROM ${storedName(table.name)} WHERE ${isOneOf(group)}`
  // Not before the writer is ready: what is begun must be ended.
  async function* rows() {
    yield* streamChunks(reader, await reader.stream(sql))
  }
  return writer.load(table, rows())
}

/** The range comes first in the engine's eyes, whose smallest and largest times leave out whole row groups. */
function isOneOf(days: readonly DayNumber[]): string {
  const first = Math.min(...days)
  const last = Math.max(...days)
  const range = withinDays(first, last)
  return last - first + 1 === days.length ? range : `${range} AND ${DAY_OF_ROW} IN (${days.join(', ')})`
}
