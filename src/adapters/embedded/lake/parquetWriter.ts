import { mkdirSync } from 'node:fs'
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api'
import { lakeMetadata, storedColumns } from '../../../lake/lakeTableFormat.js'
import type { LakeTable, LakeType } from '../../../model/lakeSchema.js'
import { duckdbType, quoteIdentifier, quoteString } from '../dialect/ddl.js'
import { createTable } from '../sql/imageSchema.js'
import { closeAppender } from '../sql/rowAppender.js'
import { type DayNumber, withinDays } from './days.js'

export interface ParquetWriterOptions {
  /** Folder for what does not fit into memory; made when missing. */
  readonly spill: string
  readonly memoryMb: number
  readonly compression: ParquetCompression
  /** Interrupts what runs; nothing can be written then. */
  readonly signal?: AbortSignal
  /** Tables of which is known that they need plain encodings; more are added. Default: none. */
  readonly plainTables?: Set<string>
}

/** `snappy`: what every reader knows. `zstd`: files of about two thirds of the size. */
export type ParquetCompression = 'snappy' | 'zstd'

/**
 * Writes Parquet files: one row group for up to 122,880 rows, with smallest and largest value and count of nulls of
 * each column, dictionaries where values repeat, rows in the order of `createdAt` and id.
 *
 * A database of its own: the image's engine can't write files, and must not.
 */
export interface ParquetWriter {
  /** Takes over rows, which have the stored columns of `table`, in place of those from before. Throws what `rows` throw. */
  load(table: LakeTable, rows: AsyncIterable<DuckDBDataChunk>): Promise<number>
  /** Writes those rows that are of a day, maybe none, into a new file. */
  write(day: DayNumber, file: string): Promise<void>
  close(): void
}

export async function openParquetWriter(options: ParquetWriterOptions): Promise<ParquetWriter> {
  mkdirSync(options.spill, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: `${options.memoryMb}MiB`,
    temp_directory: options.spill,
  })
  const connection = await instance.connect()
  const { plainTables = new Set() } = options
  let loaded: LakeTable | undefined
  let isOpen = true
  const interrupt = () => {
    if (isOpen) connection.interrupt()
  }
  options.signal?.addEventListener('abort', interrupt)
  return {
    async load(table, rows) {
      await connection.run('DROP TABLE IF EXISTS rows')
      await connection.run(createTable(table, 'rows'))
      loaded = table
      return appendAll(connection, rows, options.signal)
    },
    async write(day, file) {
      if (!loaded) throw new Error('invariant: there are no rows to write')
      const copy = (encodings: Encodings) =>
        copyStatement(loaded as LakeTable, day, file, options.compression, encodings)
      if (!plainTables.has(loaded.name)) {
        await connection.run(copy('v2'))
        if (!hasDoubles(loaded) || !(await splitsBytes(connection, file))) return
        plainTables.add(loaded.name)
      }
      await connection.run(copy('v1'))
    },
    close() {
      if (!isOpen) return
      isOpen = false
      options.signal?.removeEventListener('abort', interrupt)
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** Handing rows over stops the event loop, on which statements wait: little at a time. */
const CHUNKS_AT_ONCE = 8

async function appendAll(
  connection: DuckDBConnection,
  rows: AsyncIterable<DuckDBDataChunk>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const appender = await connection.createAppender('rows')
  let count = 0
  try {
    let chunks = 0
    for await (const chunk of rows) {
      signal?.throwIfAborted()
      appender.appendDataChunk(chunk)
      chunks += 1
      if (chunks % CHUNKS_AT_ONCE === 0) appender.flushSync()
      count += chunk.rowCount
    }
  } finally {
    closeAppender(appender)
  }
  return count
}

function copyStatement(
  table: LakeTable,
  day: DayNumber,
  file: string,
  compression: ParquetCompression,
  encodings: Encodings,
): string {
  const columns = storedColumns(table).map(({ name, type }) => {
    const column = quoteIdentifier(name)
    return contains(type, 'timestamp') ? `CAST(${column} AS ${parquetType(type)}) AS ${column}` : column
  })
  const metadata = lakeMetadata(table).map(({ key, value }) => `${quoteString(key)}: ${quoteString(value)}`)
  const settings = [
    'FORMAT parquet',
    `COMPRESSION ${compression}`,
    `PARQUET_VERSION ${encodings}`,
    `KV_METADATA {${metadata.join(', ')}}`,
  ]
  return `COPY (SELECT ${columns.join(', ')} FROM rows AS r WHERE ${withinDays(day, day)}
    ORDER BY r."createdAt", r.${quoteIdentifier(table.idColumn)}) TO ${quoteString(file)} (${settings.join(', ')})`
}

/**
 * Those of version 2 take half the room: differences in place of times, lengths apart from texts. Doubles that repeat
 * little become BYTE_STREAM_SPLIT, which Trino could not read for years; plain ones are written in its place.
 */
type Encodings = 'v1' | 'v2'

async function splitsBytes(connection: DuckDBConnection, file: string): Promise<boolean> {
  const found = await connection.runAndReadAll(
    `SELECT 1 FROM parquet_metadata(${quoteString(file)}) WHERE encodings LIKE '%BYTE_STREAM_SPLIT%' LIMIT 1`,
  )
  return found.getRows().length > 0
}

function hasDoubles(table: LakeTable): boolean {
  return table.columns.some(({ type }) => contains(type, 'double'))
}

function contains(type: LakeType, kind: LakeType['kind']): boolean {
  if (type.kind === 'array') return contains(type.item, kind)
  if (type.kind === 'struct') return type.fields.some((field) => contains(field.type, kind))
  return type.kind === kind
}

/** Files have milliseconds, where statements have the engine's microseconds. */
function parquetType(type: LakeType): string {
  if (type.kind === 'timestamp') return 'TIMESTAMP_MS'
  if (type.kind === 'array') return `${parquetType(type.item)}[]`
  if (type.kind !== 'struct') return duckdbType(type)
  const fields = type.fields.map((field) => `${quoteIdentifier(field.name)} ${parquetType(field.type)}`)
  return `STRUCT(${fields.join(', ')})`
}
