import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBTimestampValue,
} from '@duckdb/node-api'
import { lakeMetadata, storedColumns } from '../../../lake/lakeTableFormat.js'
import type { LakeTable, LakeType } from '../../../model/lakeSchema.js'
import { duckdbType, quoteIdentifier, quoteString } from '../dialect/ddl.js'
import { createTable, storedName } from './imageSchema.js'
import type { ExportedLake } from './protocol.js'
import { closeAppender } from './rowAppender.js'

export interface ExportOptions {
  readonly memoryMb: number
  readonly onProgress: (table: string, rows: number) => void
}

/**
 * Writes the lake's layout: `tables/{table}/year=…/month=…/day=…/rows.parquet`, Snappy, sorted by time and id, from
 * one snapshot of the image. It is written beside its place and put there at the end.
 *
 * The image's own engine can't write files, and must not: the rows go over to a second one, which runs no statement
 * of anybody else.
 */
export async function exportLake(
  image: DuckDBInstance,
  tables: readonly LakeTable[],
  folder: string,
  options: ExportOptions,
): Promise<ExportedLake> {
  const part = join(folder, `tables.part-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  removeLeftovers(folder)
  const reader = await image.connect()
  const publisher = await openPublisher(join(part, 'spill'), options.memoryMb)
  try {
    let files = 0
    let rows = 0
    await reader.run('BEGIN')
    for (const table of tables) {
      const written = await exportTable(reader, publisher.connection, table, part, options)
      files += written.files
      rows += written.rows
    }
    publisher.close()
    rmSync(join(part, 'spill'), { recursive: true, force: true })
    putInPlace(folder, part)
    return { tables: tables.length, files, rows }
  } finally {
    reader.closeSync()
    publisher.close()
    rmSync(part, { recursive: true, force: true })
  }
}

/** What an export that was killed has left. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^tables\.(part|old)-\d+$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function putInPlace(folder: string, part: string): void {
  const place = join(folder, 'tables')
  const old = join(folder, `tables.old-${process.pid}`)
  try {
    renameSync(place, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  renameSync(part, place)
  rmSync(old, { recursive: true, force: true })
}

async function openPublisher(spill: string, memoryMb: number) {
  mkdirSync(spill, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: `${memoryMb}MiB`,
    temp_directory: spill,
  })
  const connection = await instance.connect()
  let open = true
  return {
    connection,
    close() {
      if (!open) return
      open = false
      connection.closeSync()
      instance.closeSync()
    },
  }
}

const DAY_MICROS = 86_400_000_000n

/** Rows arrive in the order of their times: a day is complete when a later one begins. */
async function exportTable(
  reader: DuckDBConnection,
  publisher: DuckDBConnection,
  table: LakeTable,
  part: string,
  options: ExportOptions,
): Promise<{ readonly files: number; readonly rows: number }> {
  const folder = join(part, table.name)
  mkdirSync(folder, { recursive: true })
  await publisher.run(createTable(table, 'days'))
  const createdAt = storedColumns(table).findIndex(({ name }) => name === 'createdAt')
  const result = await reader.stream(
    `SELECT * FROM ${storedName(table.name)} ORDER BY "createdAt", ${quoteIdentifier(table.idColumn)}`,
  )
  const days = new Set<bigint>()
  let files = 0
  let rows = 0
  async function writeDays(complete: readonly bigint[]): Promise<void> {
    for (const day of complete) {
      await writeDay(publisher, table, folder, day)
      days.delete(day)
      files += 1
    }
    const last = complete.at(-1)
    if (last !== undefined) await publisher.run(`DELETE FROM days WHERE ${timeIs('<', last + 1n)}`)
  }
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    await appendChunk(publisher, chunk)
    chunk.visitColumnValues(createdAt, (time) => days.add(dayOf(time as DuckDBTimestampValue)))
    rows += chunk.rowCount
    await writeDays([...days].slice(0, -1))
    options.onProgress(table.name, rows)
  }
  await writeDays([...days])
  await publisher.run('DROP TABLE days')
  return { files, rows }
}

async function appendChunk(publisher: DuckDBConnection, chunk: DuckDBDataChunk): Promise<void> {
  const appender = await publisher.createAppender('days')
  appender.appendDataChunk(chunk)
  closeAppender(appender)
}

async function writeDay(
  publisher: DuckDBConnection,
  table: LakeTable,
  folder: string,
  day: bigint,
): Promise<void> {
  const [year, month, date] = new Date(Number(day * (DAY_MICROS / 1000n)))
    .toISOString()
    .slice(0, 10)
    .split('-')
  const partition = join(folder, `year=${year}`, `month=${month}`, `day=${date}`)
  mkdirSync(partition, { recursive: true })
  const columns = storedColumns(table).map(({ name, type }) => {
    const column = quoteIdentifier(name)
    return holdsTimestamp(type) ? `CAST(${column} AS ${parquetType(type)}) AS ${column}` : column
  })
  const target = quoteString(join(partition, 'rows.parquet'))
  const metadata = lakeMetadata(table).map(({ key, value }) => `${quoteString(key)}: ${quoteString(value)}`)
  await publisher.run(
    `COPY (SELECT ${columns.join(', ')} FROM days WHERE ${timeIs('>=', day)} AND ${timeIs('<', day + 1n)})
     TO ${target} (FORMAT parquet, COMPRESSION snappy, KV_METADATA {${metadata.join(', ')}})`,
  )
}

function timeIs(comparison: '<' | '>=', day: bigint): string {
  return `"createdAt" ${comparison} make_timestamp(${day * DAY_MICROS})`
}

/** Rounds down, before 1970 too. */
function dayOf({ micros }: DuckDBTimestampValue): bigint {
  return (micros - (((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS)) / DAY_MICROS
}

function holdsTimestamp(type: LakeType): boolean {
  if (type.kind === 'array') return holdsTimestamp(type.item)
  if (type.kind === 'struct') return type.fields.some((field) => holdsTimestamp(field.type))
  return type.kind === 'timestamp'
}

/** Files have milliseconds, where statements have the engine's microseconds. */
function parquetType(type: LakeType): string {
  if (type.kind === 'timestamp') return 'TIMESTAMP_MS'
  if (type.kind === 'array') return `${parquetType(type.item)}[]`
  if (type.kind !== 'struct') return duckdbType(type)
  const fields = type.fields.map((field) => `${quoteIdentifier(field.name)} ${parquetType(field.type)}`)
  return `STRUCT(${fields.join(', ')})`
}
