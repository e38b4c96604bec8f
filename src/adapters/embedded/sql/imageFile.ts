import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quoteIdentifier, quoteString } from '../dialect/ddl.js'
import { engineFailure } from './failures.js'
import { STORED } from './imageSchema.js'
import type { SqlLimits } from './sqlLimits.js'

/** The image's file in a data folder. */
export function imageFile(folder: string): string {
  return join(folder, 'image.duckdb')
}

/** Where statements put what does not fit into memory. */
export function spillFolder(folder: string): string {
  return join(folder, 'sql-spill')
}

/**
 * Opens the image, or makes an empty one when there is none, or none that can be read. Waits for a process that is
 * still letting go of it. A file that is half empty is copied into a smaller one first.
 */
export async function openImageFile(folder: string, limits: SqlLimits): Promise<DuckDBInstance> {
  const file = imageFile(folder)
  rmSync(spillFolder(folder), { recursive: true, force: true })
  if (existsSync(damageMark(file))) removeImage(folder)
  let instance: DuckDBInstance
  try {
    instance = await openPatiently(file)
  } catch {
    removeImage(folder)
    instance = await openPatiently(file)
  }
  if (await isHalfEmpty(instance, file)) {
    await copyTables(instance, `${file}.fresh`)
    instance.closeSync()
    renameSync(`${file}.fresh`, file)
    rmSync(`${file}.wal`, { force: true })
    instance = await openPatiently(file)
  }
  await configure(instance, folder, limits)
  return instance
}

/** Removes the image: it is made again from the table. */
export function removeImage(folder: string): void {
  const file = imageFile(folder)
  for (const end of ['', '.wal', '.fresh', '.fresh.wal', '.damaged']) rmSync(file + end, { force: true })
}

/** Notes that the image can't be trusted: whoever opens it next makes it again. */
export function markDamaged(folder: string): void {
  writeFileSync(damageMark(imageFile(folder)), '')
}

function damageMark(file: string): string {
  return `${file}.damaged`
}

const LOCK_WAIT_MS = 15_000

async function openPatiently(file: string): Promise<DuckDBInstance> {
  const giveUp = Date.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      return await DuckDBInstance.create(file)
    } catch (error) {
      const locked = engineFailure(error).text.includes('Could not set lock')
      if (!locked) throw error
      // An image that another process holds is never removed: the end of this one is the answer.
      if (Date.now() > giveUp) process.exit(1)
      await sleep(50)
    }
  }
}

/** Smallest file that is worth a copy. */
const COPY_BYTES = 64 * 1024 * 1024

async function isHalfEmpty(instance: DuckDBInstance, file: string): Promise<boolean> {
  if (statSync(file).size < COPY_BYTES) return false
  return withConnection(instance, async (connection) => {
    const result = await connection.runAndReadAll(
      'SELECT free_blocks * 2 > total_blocks FROM pragma_database_size()',
    )
    return result.getRows()[0]?.[0] === true
  })
}

/** Copies every table, rows in the order of their times. */
async function copyTables(instance: DuckDBInstance, target: string): Promise<void> {
  rmSync(target, { force: true })
  rmSync(`${target}.wal`, { force: true })
  await withConnection(instance, async (connection) => {
    await connection.run(`ATTACH ${quoteString(target)} AS fresh`)
    const tables = await connection.runAndReadAll(
      `SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()`,
    )
    for (const [schema, table] of tables.getRows() as [string, string][]) {
      const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
      const order = schema === STORED ? ' ORDER BY "createdAt"' : ''
      await connection.run(`CREATE SCHEMA IF NOT EXISTS fresh.${quoteIdentifier(schema)}`)
      await connection.run(`CREATE TABLE fresh.${name} AS SELECT * FROM ${name}${order}`)
    }
    await connection.run('DETACH fresh')
  })
}

/** Shuts the engine in: from here on it reaches its own file and its spill folder, and no setting can change that. */
async function configure(instance: DuckDBInstance, folder: string, limits: SqlLimits): Promise<void> {
  await withConnection(instance, async (connection) => {
    for (const setting of [
      `SET GLOBAL threads = ${limits.threads}`,
      `SET GLOBAL memory_limit = '${limits.memoryMb}MiB'`,
      `SET GLOBAL temp_directory = ${quoteString(spillFolder(folder))}`,
      `SET GLOBAL max_temp_directory_size = '${limits.spillMb}MiB'`,
      // A long statement gives its threads back now and then: a short one beside it is not held up.
      'SET GLOBAL scheduler_process_partial = true',
      `SET GLOBAL TimeZone = 'UTC'`,
      'SET GLOBAL autoinstall_known_extensions = false',
      'SET GLOBAL autoload_known_extensions = false',
      'SET GLOBAL allow_community_extensions = false',
      'SET GLOBAL allow_persistent_secrets = false',
      'SET GLOBAL enable_external_access = false',
      'SET GLOBAL lock_configuration = true',
    ]) {
      await connection.run(setting)
    }
  })
}

async function withConnection<T>(
  instance: DuckDBInstance,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await instance.connect()
  try {
    return await use(connection)
  } finally {
    connection.closeSync()
  }
}
