import { randomUUID } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { quoteString } from '../dialect/ddl.js'
import type { DayNumber } from './days.js'

/** Days of tables, by lake name. */
export type DaysOfTables = ReadonlyMap<string, ReadonlySet<DayNumber>>

/** Days of one table that differ from what is published, each with the version of its last change. */
export type DayVersions = ReadonlyMap<DayNumber, number>

/**
 * Which days of the image differ from their published files. The marks lie in the image itself and are made in the
 * transaction that changes the rows: no kill parts one from the other.
 */
export interface DirtyDays {
  /** Of the image: one that was made anew has another, and knows nothing of what was published before. */
  readonly lineage: string
  /** When the oldest of the marks was made, in milliseconds since 1970; undefined when there is none. */
  since(): number | undefined
  of(table: string): DayVersions
  /** Tables that have marks, also those that the model no longer has. */
  marked(): readonly string[]
  /** Marks days, inside the writer's transaction that changes them. */
  mark(writer: DuckDBConnection, days: DaysOfTables): Promise<void>
  /** Tells that this transaction has been committed. In the writer's turn: nothing else may come between. */
  committed(days: DaysOfTables): void
  /** Takes the marks off days that have not changed since `published` was read. In the writer's turn. */
  clear(writer: DuckDBConnection, table: string, published: DayVersions): Promise<void>
  /**
   * Notes lineage and marks in another image, which is about to take this one's place and shows the same. In the
   * writer's turn, inside a transaction of the other's. These marks then go on for it.
   */
  carryTo(writer: DuckDBConnection): Promise<void>
}

/** Counts on through every image of the process: no two changes have the same. */
let versions = 0

/** Reads the marks of an image, and gives one that has none yet its lineage. */
export async function openDirtyDays(writer: DuckDBConnection): Promise<DirtyDays> {
  await makeTables(writer, randomUUID())
  const found = await writer.runAndReadAll('SELECT id FROM meta.lineage')
  const lineage = found.getRows()[0]?.[0] as string
  const marks = await writer.runAndReadAll('SELECT name, day, since FROM meta.dirty_days')
  const tables = new Map<string, Map<DayNumber, Mark>>()
  versions += 1
  for (const [name, day, since] of marks.getRows() as [string, number, bigint][]) {
    marksOf(name).set(day, { version: versions, since: Number(since) })
  }

  function marksOf(table: string): Map<DayNumber, Mark> {
    const known = tables.get(table)
    if (known) return known
    const made = new Map<DayNumber, Mark>()
    tables.set(table, made)
    return made
  }

  return {
    lineage,
    since() {
      let oldest: number | undefined
      for (const days of tables.values()) {
        for (const { since } of days.values()) if (oldest === undefined || since < oldest) oldest = since
      }
      return oldest
    },
    of: (table) => new Map([...marksOf(table)].map(([day, mark]) => [day, mark.version])),
    marked: () => [...tables].flatMap(([table, days]) => (days.size > 0 ? [table] : [])),
    async mark(connection, days) {
      const fresh: StoredMark[] = []
      const since = Date.now()
      for (const [table, own] of days) {
        const known = marksOf(table)
        for (const day of own) if (!known.has(day)) fresh.push({ table, day, since })
      }
      await insertMarks(connection, fresh)
    },
    committed(days) {
      versions += 1
      for (const [table, own] of days) {
        const known = marksOf(table)
        for (const day of own)
          known.set(day, { version: versions, since: known.get(day)?.since ?? Date.now() })
      }
    },
    async clear(connection, table, published) {
      const known = marksOf(table)
      const settled = [...published].filter(([day, seen]) => known.get(day)?.version === seen)
      if (settled.length === 0) return
      const days = settled.map(([day]) => day)
      await connection.run(
        `DELETE FROM meta.dirty_days WHERE name = ${quoteString(table)} AND day IN (${days.join(', ')})`,
      )
      for (const day of days) known.delete(day)
    },
    async carryTo(connection) {
      await makeTables(connection, lineage)
      const marks = [...tables].flatMap(([table, days]) =>
        [...days].map(([day, { since }]): StoredMark => ({ table, day, since })),
      )
      await insertMarks(connection, marks)
    },
  }
}

interface StoredMark {
  readonly table: string
  readonly day: DayNumber
  readonly since: number
}

async function makeTables(writer: DuckDBConnection, lineage: string): Promise<void> {
  await writer.run('CREATE TABLE IF NOT EXISTS meta.lineage (id VARCHAR)')
  await writer.run('CREATE TABLE IF NOT EXISTS meta.dirty_days (name VARCHAR, day INTEGER, since BIGINT)')
  await writer.run(
    `INSERT INTO meta.lineage SELECT ${quoteString(lineage)} WHERE NOT EXISTS (FROM meta.lineage)`,
  )
}

async function insertMarks(writer: DuckDBConnection, marks: readonly StoredMark[]): Promise<void> {
  if (marks.length === 0) return
  const rows = marks.map(({ table, day, since }) => `(${quoteString(table)}, ${day}, ${since})`)
  await writer.run(`INSERT INTO meta.dirty_days VALUES ${rows.join(', ')}`)
}

interface Mark {
  readonly version: number
  readonly since: number
}
