import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GateError, prepareQuery } from '../../src/adapters/embedded/dialect/gate.js'
import { analyze } from '../../src/adapters/embedded/dialect/translate.js'
import { TranslateError } from '../../src/adapters/embedded/dialect/translateError.js'
import { type Engine, openEngine } from './engine.js'

const folder = mkdtempSync(join(tmpdir(), 'ocg-gate-'))
const file = join(folder, 'secret.csv')

let engine: Engine
beforeAll(async () => {
  writeFileSync(file, 'a,b\n1,2\n')
  engine = await openEngine()
  await engine.connection.run('CREATE TABLE kept (id VARCHAR)')
})
afterAll(() => {
  engine.close()
  rmSync(folder, { recursive: true })
})

const READS = [
  `SELECT * FROM read_csv('${file}')`,
  `SELECT * FROM '${file}'`,
  `SELECT * FROM "${file}"`,
  `SELECT (SELECT count(*) FROM read_csv('${file}'))`,
  `WITH q AS (SELECT * FROM read_text('${file}')) SELECT * FROM q`,
  `SELECT * FROM read_parquet('${file}')`,
  `SELECT * FROM read_json('${file}')`,
  `SELECT * FROM read_blob('${file}')`,
  `SELECT * FROM glob('${folder}/*')`,
  `SELECT * FROM sniff_csv('${file}')`,
  `SELECT * FROM parquet_metadata('${file}')`,
  `SELECT * FROM query('SELECT * FROM read_csv(''${file}'')')`,
  `SELECT * FROM query_table(['${file}'])`,
  'SELECT * FROM information_schema.tables',
  'SELECT * FROM duckdb_tables',
  'SELECT * FROM sqlite_master',
  'SELECT * FROM pg_catalog.pg_class',
  'SELECT * FROM main.kept',
  'SELECT * FROM duckdb_settings()',
  "SELECT current_setting('threads')",
  'SELECT current_database()',
  "SELECT getvariable('x')",
  'SELECT 1 WHERE EXISTS (SELECT 1 FROM duckdb_columns())',
  "SELECT list_transform([1], lambda x: current_setting('threads'))",
  'SHOW TABLES',
  'DESCRIBE kept',
  'SUMMARIZE kept',
]

const WRITES = [
  `COPY (SELECT 1) TO '${file}'`,
  `COPY kept FROM '${file}'`,
  `ATTACH '${folder}/other.db'`,
  `EXPORT DATABASE '${folder}/out'`,
  'INSTALL httpfs',
  'LOAD httpfs',
  'SET enable_external_access = true',
  "SET TimeZone = 'Asia/Tokyo'",
  'RESET lock_configuration',
  'PRAGMA database_list',
  'CREATE TABLE made AS SELECT 1',
  'CREATE MACRO made() AS 1',
  "INSERT INTO kept VALUES ('x')",
  'UPDATE kept SET id = NULL',
  'DELETE FROM kept',
  'DROP TABLE kept',
  'CALL pragma_version()',
  'CHECKPOINT',
  'BEGIN',
  'EXPLAIN ANALYZE DELETE FROM kept',
  'PREPARE p AS DELETE FROM kept',
]

describe('the gate alone', () => {
  it.each(READS)('lets nothing be read: %s', async (sql) => {
    await expect(
      prepareQuery(engine.connection, sql, ['kept']).then((prepared) => prepared.run()),
    ).rejects.toThrow()
  })

  it.each(WRITES)('runs SELECT only: %s', async (sql) => {
    await expect(prepareQuery(engine.connection, sql, ['kept'])).rejects.toThrow()
    const left = await engine.connection.runAndReadAll(
      "SELECT count(*) FROM duckdb_tables() WHERE table_name <> 'kept'",
    )
    expect(left.getRows()).toEqual([[0n]])
  })

  it.each(['SELECT 1; SELECT 2', 'SELECT 1; DROP TABLE kept', '', ';', '-- nothing'])(
    'runs one statement: %s',
    async (sql) => {
      await expect(prepareQuery(engine.connection, sql, ['kept'])).rejects.toThrow(GateError)
    },
  )

  it('refuses a NUL character, at which the engine would stop reading', async () => {
    await expect(prepareQuery(engine.connection, 'SELECT 1 \0 FROM nowhere', [])).rejects.toThrow(GateError)
  })

  it('prepares a SELECT', async () => {
    const prepared = await prepareQuery(engine.connection, 'WITH q AS (SELECT 1) SELECT * FROM q, kept', [
      'kept',
    ])
    expect((await prepared.runAndReadAll()).getRows()).toEqual([])
  })
})

describe('the translation before it', () => {
  it.each([
    ...READS,
    ...WRITES,
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM sqlite_master',
    'SELECT * FROM pg_catalog.pg_class',
    'SELECT * FROM duckdb_settings()',
    "SELECT current_setting('threads')",
    "SELECT getenv('HOME')",
    "SELECT getvariable('x')",
    "SELECT nextval('x')",
    'SELECT version()',
    'SELECT current_schema',
    'SELECT * FROM kept',
    'SELECT ocg_from_iso8601(1)',
    'SELECT 1::integer',
    'SELECT * EXCLUDE (a) FROM kept',
    'SELECT [1, 2]',
    "SELECT {'a': 1}",
    'FROM kept',
    'SELECT $1',
    'SELECT ?',
    'SELECT 1 INTO made',
    'DESCRIBE SELECT 1',
    'SHOW TABLES',
    'SUMMARIZE kept',
    'PIVOT kept ON id',
    'SELECT COLUMNS(*) FROM kept',
    'SELECT 1 QUALIFY true',
    "SELECT e'\\n'",
    'SELECT $$x$$',
  ])('refuses %s', (sql) => {
    expect(() => analyze(sql, [])).toThrow(TranslateError)
  })

  it('writes texts and names so that nothing of them is SQL', async () => {
    for (const text of [
      "'",
      "''",
      "'; DROP TABLE kept; --",
      '\\',
      '\0',
      '"',
      '/*',
      '$$',
      '\u{1F600}',
      "\\'",
    ]) {
      const quoted = text.replaceAll("'", "''")
      expect(
        await engine.run(`SELECT '${quoted}' AS "${text.replaceAll('"', '""').replace('\0', '0')}"`),
      ).toEqual([[text]])
    }
  })
})
