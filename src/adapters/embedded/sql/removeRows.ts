import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import { quoteString } from '../dialect/ddl.js'
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
/** Only when both ways would take about as long: so many times as long at the most. */
const NEAR = 4
/** A measurement counts as at most so many times what was expected. */
const MOST_SURPRISE = 4
/**
 * Most rows that go one by one, should the costs be guessed wrong. Far more than come while a large table is looked
 * through once: otherwise those, too, would have to go together, and so on for ever.
 */
const MOST_SINGLES = 1000

/** From this many milliseconds a row on, rows are gathered to go together. */
const MOST_SINGLE_COST = 4

const costs = new WeakMap<ImageTable, Costs>()

/** Statements that remove single rows, kept open for the next ones. They are of one writer, and of its tables. */
export interface Removals {
  of(writer: DuckDBConnection, table: ImageTable): Promise<DuckDBPreparedStatement>
  /** Closes them: before a table changes, or another image takes its place. */
  close(): void
}

export function openRemovals(): Removals {
  const kept = new Map<ImageTable, DuckDBPreparedStatement>()
  return {
    async of(writer, table) {
      const known = kept.get(table)
      if (known) return known
      const statement = await prepareRemoval(writer, table)
      kept.set(table, statement)
      return statement
    },
    close() {
      for (const statement of kept.values()) statement.destroySync()
      kept.clear()
    },
  }
}

/** Whether a row by itself is removed so fast that there is no point in waiting for more. */
export function isRemovedAtOnce(table: ImageTable): boolean {
  return (costs.get(table) ?? FIRST_COSTS).single <= MOST_SINGLE_COST
}

/**
 * Removes what a table holds of these rows, and tells how many there were. Few go one by one: the smallest and largest
 * times of its row groups lead the engine to each. Many go together. Which is faster is learnt from the table itself,
 * since one way depends on the number of rows and the other on the table's size. Inside a transaction.
 */
export async function removeRows(
  writer: DuckDBConnection,
  table: ImageTable,
  rows: readonly PendingRow[],
  removals?: Removals,
): Promise<number> {
  const count = rows.reduce((sum, { times }) => sum + times.length, 0)
  if (count === 0) return 0
  const known = costs.get(table) ?? { ...FIRST_COSTS }
  costs.set(table, known)
  const isFew = count <= MOST_SINGLES && count * known.single <= known.together
  const started = performance.now()
  const removed = await (isFew
    ? removeEach(writer, table, rows, removals)
    : removeTogether(writer, table, rows, count))
  const took = performance.now() - started
  const isNear = count * known.single * NEAR > known.together
  if (isFew) {
    known.single = learnt(known.single, took / count)
    if (isNear) known.together *= FORGETTING
  } else {
    known.together = learnt(known.together, took)
    known.single *= FORGETTING
  }
  return removed
}

/** One measurement that took long because the machine was busy says little. */
function learnt(known: number, measured: number): number {
  return known + LEARNING * (Math.min(measured, known * MOST_SURPRISE) - known)
}

async function removeEach(
  writer: DuckDBConnection,
  table: ImageTable,
  rows: readonly PendingRow[],
  removals: Removals | undefined,
): Promise<number> {
  const statement = await (removals ? removals.of(writer, table) : prepareRemoval(writer, table))
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
    if (!removals) statement.destroySync()
  }
}

function prepareRemoval(writer: DuckDBConnection, { table }: ImageTable): Promise<DuckDBPreparedStatement> {
  return writer.prepare(
    `DELETE FROM ${storedName(table.name)} WHERE "createdAt" = $1 AND "${table.idColumn}" = $2`,
  )
}

/** From this many on, rows are handed over in a table rather than in the statement's text. */
const MOST_IN_TEXT = 256

/** The join on the time comes first in the engine's eyes, whose smallest and largest value leave out whole row groups. */
async function removeTogether(
  writer: DuckDBConnection,
  table: ImageTable,
  rows: readonly PendingRow[],
  count: number,
): Promise<number> {
  if (count > MOST_IN_TEXT) return removeListed(writer, table, rows)
  const values = rows.flatMap(({ id, times }) =>
    times.map(({ micros }) => `(make_timestamp(${micros}), ${quoteString(id)})`),
  )
  const { rowsChanged } = await writer.run(removal(table, `(VALUES ${values.join(', ')}) AS gone (time, id)`))
  return rowsChanged
}

async function removeListed(
  writer: DuckDBConnection,
  table: ImageTable,
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
  const { rowsChanged } = await writer.run(removal(table, 'gone'))
  await writer.run('DROP TABLE gone')
  return rowsChanged
}

function removal({ table }: ImageTable, gone: string): string {
  return `DELETE FROM ${storedName(table.name)} AS t USING ${gone}
     WHERE t."createdAt" = gone.time AND t."${table.idColumn}" = gone.id`
}
