import type { DuckDBConnection } from '@duckdb/node-api'
import type { ImageTable } from './image.js'
import { storedName } from './imageSchema.js'
import type { PendingRow } from './pendingRows.js'
import { closeAppender } from './rowAppender.js'

/** What removing rows of a table has cost lately, in milliseconds. */
interface Costs {
  /** Of one row by its own statement: about the same whatever the table's size, unless all are among the newest. */
  single: number
  /** Of any number of rows by one statement for all, which looks at the whole table. */
  together: number
}

/** Of a small table, whose rows are soon looked through. */
const FIRST_COSTS: Costs = { single: 0.5, together: 3 }
/** Share of the latest measurement in what is expected next. */
const LEARNING = 0.2
/** What is not done for long is expected to have become cheaper, and so is tried again now and then. */
const FORGETTING = 0.99
/** Most rows that go one by one. */
const MOST_SINGLES = 128

const costs = new WeakMap<ImageTable, Costs>()

/**
 * Removes what a table holds of these rows, and tells how many there were. Few go one by one: the smallest and largest
 * times of its row groups lead the engine to each. Many go together. Which is faster is learnt from the table itself,
 * since one way depends on the number of rows and the other on the table's size.
 */
export async function removeRows(
  writer: DuckDBConnection,
  table: ImageTable,
  rows: readonly PendingRow[],
): Promise<number> {
  const count = rows.reduce((sum, { times }) => sum + times.length, 0)
  if (count === 0) return 0
  const known = costs.get(table) ?? { ...FIRST_COSTS }
  costs.set(table, known)
  const isFew = count <= MOST_SINGLES && count * known.single <= known.together
  const started = performance.now()
  const removed = isFew ? await removeEach(writer, table, rows) : await removeTogether(writer, table, rows)
  const took = performance.now() - started
  if (isFew) {
    known.single += LEARNING * (took / count - known.single)
    known.together *= FORGETTING
  } else {
    known.together += LEARNING * (took - known.together)
    known.single *= FORGETTING
  }
  return removed
}

async function removeEach(
  writer: DuckDBConnection,
  { table }: ImageTable,
  rows: readonly PendingRow[],
): Promise<number> {
  const statement = await writer.prepare(
    `DELETE FROM ${storedName(table.name)} WHERE "createdAt" = $1 AND "${table.idColumn}" = $2`,
  )
  try {
    let removed = 0
    for (const { id, times } of rows) {
      statement.bindVarchar(2, id)
      for (const time of times) {
        statement.bindTimestamp(1, time)
        removed += (await statement.run()).rowsChanged
      }
    }
    return removed
  } finally {
    statement.destroySync()
  }
}

/** The join on the time comes first in the engine's eyes, whose smallest and largest value leave out whole row groups. */
async function removeTogether(
  writer: DuckDBConnection,
  { table }: ImageTable,
  rows: readonly PendingRow[],
): Promise<number> {
  await writer.run('CREATE TEMP TABLE IF NOT EXISTS gone (time TIMESTAMP, id VARCHAR)')
  const appender = await writer.createAppender('gone')
  for (const { id, times } of rows) {
    for (const time of times) {
      appender.appendTimestamp(time)
      appender.appendVarchar(id)
      appender.endRow()
    }
  }
  closeAppender(appender)
  const { rowsChanged } = await writer.run(
    `DELETE FROM ${storedName(table.name)} AS t USING gone
     WHERE t."createdAt" = gone.time AND t."${table.idColumn}" = gone.id`,
  )
  await writer.run('DROP TABLE gone')
  return rowsChanged
}
