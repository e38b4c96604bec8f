import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENGINE_SETTINGS } from '../../src/adapters/embedded/dialect/gate.js'
import { closeImage, type Image, openImage } from '../../src/adapters/embedded/sql/image.js'
import { runStatement } from '../../src/adapters/embedded/sql/runStatement.js'
import { sqlLimits } from '../../src/adapters/embedded/sql/sqlLimits.js'
import { createConnectionPool } from '../../src/adapters/embedded/sql/statementConnections.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { SqlError } from '../../src/ports/sqlEngine.js'
import { newFolder, removeFolder } from './testShop.js'

let folder: string
let store: Store
let image: Image

beforeAll(async () => {
  folder = await newFolder()
  store = await openStore(folder)
  image = await openImage(store, sqlLimits())
  writeFileSync(join(folder, 'secret.csv'), 'a\n1\n')
  mkdirSync(join(folder, 'sql-spill'), { recursive: true })
})

afterAll(async () => {
  closeImage(image)
  await store.close()
  await removeFolder(folder)
})

function run(sql: string): Promise<number> {
  const sink = { take: () => undefined, drain: async () => undefined }
  const limits = { maxRows: 10, maxBytes: 1e6 }
  const pool = createConnectionPool(image.instance)
  const { signal } = new AbortController()
  return runStatement(pool, { sql, tables: [] }, limits, sink, signal).finally(pool.close)
}

describe('the engine itself, were a text to get past the translation', () => {
  it.each([
    `SELECT * FROM read_csv('FOLDER/secret.csv')`,
    `SELECT * FROM 'FOLDER/secret.csv'`,
    `SELECT * FROM read_text('FOLDER/secret.csv')`,
    `SELECT * FROM glob('FOLDER/*')`,
    `SELECT * FROM 'FOLDER/sql-spill/x.parquet'`,
    `COPY (SELECT 1) TO 'FOLDER/out.csv'`,
    `COPY (SELECT 1) TO 'FOLDER/sql-spill/out.csv'`,
    `ATTACH 'FOLDER/other.duckdb' AS other`,
    `ATTACH ':memory:' AS other`,
    `EXPORT DATABASE 'FOLDER/all'`,
    `INSTALL httpfs`,
    `LOAD httpfs`,
    `SET GLOBAL enable_external_access = true`,
    `SET lock_configuration = false`,
    `RESET memory_limit`,
    `UPDATE meta.image SET position = 0`,
    `CREATE TABLE t (a INTEGER)`,
    `CREATE SECRET (TYPE s3)`,
    `CALL pragma_version()`,
    `CHECKPOINT`,
    `SELECT * FROM read_blob('FOLDER/image.duckdb')`,
    `SELECT content FROM read_text('FOLDER/image.duckdb.wal')`,
    `PRAGMA database_list`,
    `SELECT * FROM duckdb_settings()`,
    `SELECT * FROM meta.image`,
    `SELECT getenv('PATH')`,
    `SELECT 1; SELECT 2`,
    `BEGIN`,
    ``,
  ])('refuses %s', async (sql) => {
    await expect(run(sql.replaceAll('FOLDER', folder))).rejects.toBeInstanceOf(SqlError)
  })

  it('runs what a translation gives', async () => {
    expect(await run('SELECT 1 UNION ALL SELECT 2')).toBe(2)
  })
})

it('every connection has the settings that translated statements rely on', async () => {
  const connection = await image.instance.connect()
  for (const setting of ENGINE_SETTINGS) {
    const [, name, expected] = /^SET (\w+) = '?([^']*)'?$/.exec(setting) ?? []
    // The engine must reach its own file, which was open before its other files were forbidden.
    if (name === 'disabled_filesystems' || name === 'python_enable_replacements') continue
    const result = await connection.runAndReadAll(`SELECT current_setting('${name}')::VARCHAR`)
    expect([name, String(result.getRows()[0]?.[0]).toLowerCase()]).toEqual([name, expected?.toLowerCase()])
  }
  connection.closeSync()
})
