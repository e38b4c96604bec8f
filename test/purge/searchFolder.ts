import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { decodeParquet } from './parquetDecoder.js'
import { decodeStoreFile } from './storeFileDecoder.js'

/** Where something was found, as `file: how`. */
export type Hit = string

/**
 * Looks for values in every file of a data folder: in its bytes, in its bytes without the escapes of compressed texts,
 * and in what it says when it is taken apart: pages of the store; rows, statistics and free blocks of DuckDB; values,
 * statistics, dictionaries and stray bytes of Parquet.
 */
export async function searchFolder(folder: string, values: readonly string[]): Promise<Hit[]> {
  const hits = new Set<Hit>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path)
    const report = (how: string, text: string) => {
      for (const value of values) if (text.includes(value)) hits.add(`${name}: ${how} ${value.slice(0, 40)}`)
    }
    for (const value of values) if (name.includes(value)) hits.add(`${name}: its name`)
    const bytes = await bytesOf(path)
    report('bytes', bytes.toString('latin1'))
    report('unescaped bytes', Buffer.from(bytes.filter((byte) => byte !== 255)).toString('latin1'))
    if (name === join('store', 'data.mdb')) await searchStore(path, report)
    if (/\.duckdb$/.test(name)) await searchImage(path, report)
    if (name.endsWith('.parquet')) await searchParquet(path, report)
  }
  return [...hits].sort()
}

/** In another process: one that closes the file of LMDB's locks lets go of the locks that it holds there itself. */
async function bytesOf(path: string): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: 2 ** 30 } as const
  const { stdout } = await promisify(execFile)('cat', [path], options).catch(() => ({
    stdout: Buffer.alloc(0),
  }))
  return stdout
}

type Report = (how: string, text: string) => void

async function searchStore(path: string, report: Report): Promise<void> {
  const { keys, values, separators } = await decodeStoreFile(path)
  report('key', keys.join('\n'))
  report('value', values.join('\n'))
  report('separator', separators.join('\n'))
}

/** The image is its process's: a copy of it is looked at. */
async function searchImage(path: string, report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ocg-search-'))
  try {
    const copy = join(folder, 'image.duckdb')
    await copyFile(path, copy)
    await copyFile(`${path}.wal`, `${copy}.wal`).catch(() => undefined)
    await withEngine(copy, async (connection) => {
      const tables = await rowsOf(
        connection,
        'SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal',
      )
      for (const [schema, table] of tables as [string, string][]) {
        const name = `"${schema}"."${table}"`
        report(`rows of ${table}`, JSON.stringify(await textRows(connection, `SELECT * FROM ${name}`)))
        const info = `SELECT * FROM pragma_storage_info('${schema}.${table}')`
        report(`statistics of ${table}`, JSON.stringify(await textRows(connection, info)))
      }
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function searchParquet(path: string, report: Report): Promise<void> {
  await withEngine(':memory:', async (connection) => {
    const file = `'${path.replaceAll("'", "''")}'`
    report('rows', JSON.stringify(await textRows(connection, `SELECT * FROM read_parquet(${file})`)))
    for (const what of [
      'parquet_metadata',
      'parquet_file_metadata',
      'parquet_kv_metadata',
      'parquet_schema',
    ]) {
      report(what, JSON.stringify(await textRows(connection, `SELECT * FROM ${what}(${file})`)))
    }
    // A value that is in no row could only be in a page that holds more than the rows do.
    const { rows, columns, pages, strayBytes } = await decodeParquet(path)
    for (const page of pages) report('page', Buffer.from(page).toString('latin1'))
    if (strayBytes > 0) throw new Error(`${path} has ${strayBytes} bytes that belong to nothing`)
    for (const { path: column, values, entries } of columns) {
      if (column.includes('.')) continue
      if (values !== rows) throw new Error(`${path} has ${values} values of ${column} for ${rows} rows`)
      const [[distinct] = []] = await rowsOf(
        connection,
        `SELECT count(DISTINCT "${column}") FROM read_parquet(${file})`,
      )
      if (entries > Number(distinct))
        throw new Error(`${path} has a dictionary of ${column} with more than its rows`)
    }
  })
}

async function withEngine(file: string, use: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  try {
    await use(connection)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRows()
}

/** Every value as DuckDB's text of it. */
async function textRows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return rowsOf(connection, `SELECT COLUMNS(*)::VARCHAR FROM (${sql})`)
}
