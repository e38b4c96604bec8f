import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SqlError } from '../../src/ports/sqlEngine.js'
import { entityItem, newFolder, type OpenShop, openShop, put, removeFolder } from './testShop.js'

let folder: string
let shop: OpenShop

beforeAll(async () => {
  folder = await newFolder()
  shop = await openShop(folder, {
    limits: { memoryMb: 300, spillMb: 64, queryBytes: 1024 * 1024, graceMs: 4000 },
  })
  await put(
    shop.store,
    ...Array.from({ length: 100 }, (_, index) => entityItem('user', `u${index}`, { age: index })),
  )
  await shop.rows('SELECT 1')
})

afterAll(async () => {
  await shop.close()
  await removeFolder(folder)
})

/** Billions of rows: minutes of work. */
const ENDLESS =
  'SELECT count(*) FROM "user" a, "user" b, "user" c, "user" d, "user" e, "user" f WHERE a.age + b.age + c.age + d.age + e.age + f.age = 7'

async function failure(sql: string, timeoutMs = 20_000, maxRows = 1000): Promise<SqlError> {
  const outcome = await shop.sql.query(sql, { timeoutMs, maxRows }).catch((error: unknown) => error)
  if (!(outcome instanceof SqlError)) throw new Error(`no failure: ${JSON.stringify(outcome)}`)
  return outcome
}

describe('a runaway statement', () => {
  it('is stopped at its time limit, soon after it, and the process lives on', async () => {
    const pid = shop.sql.workerPid()
    const started = performance.now()
    const error = await failure(ENDLESS, 700)
    expect(performance.now() - started).toBeLessThan(15_000)
    expect(error).toMatchObject({ reason: 'timeout' })
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[100]])
    expect(shop.sql.workerPid()).toBe(pid)
  })

  it('is stopped at its limit of rows', async () => {
    expect(await failure('SELECT a.id FROM "user" a, "user" b, "user" c', 20_000, 5000)).toMatchObject({
      reason: 'tooManyRows',
      message: "The statement's result is larger than 5000 rows.",
    })
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[100]])
  })

  it('is stopped at its limit of bytes', async () => {
    expect(await failure(`SELECT rpad('x', 100000, 'x') || id FROM "user"`)).toMatchObject({
      reason: 'tooManyRows',
      message: "The statement's result is larger than 1 MiB.",
    })
  })

  it('is stopped at its limit of memory', async () => {
    const sql = `SELECT max(t) FROM (SELECT array_agg(a.id || b.id || c.id || d.id) AS t FROM "user" a, "user" b, "user" c, "user" d)`
    expect(await failure(sql)).toMatchObject({
      reason: 'outOfMemory',
      message: 'The statement needs more memory than statements may use.',
    })
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[100]])
  })

  it('that stops for nothing is ended with its process, and told what it took too much of', async () => {
    const pid = shop.sql.workerPid()
    // One call of a function, which the engine can't interrupt: a text of 2, 4, 8… characters.
    const doubled = `reduce(sequence(1, 10000), 'x', (s, x) -> s || s, s -> length(s))`
    expect(await failure(`SELECT ${doubled}`, 60_000)).toMatchObject({
      reason: 'outOfMemory',
      message: 'The statement needs more memory than statements may use.',
    })
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[100]])
    expect(shop.sql.workerPid()).not.toBe(pid)
  })

  it.each<[sql: string, reason: string | undefined]>([
    [`SELECT repeat('x', 9223372036854775807)`, 'failed'],
    [`SELECT repeat(1, 10001)`, 'failed'],
    [`SELECT cardinality(repeat(1, 10000))`, undefined],
    [`SELECT sequence(1, 9223372036854775807)`, 'failed'],
    [`SELECT sequence(date '0001-01-01', date '9999-12-31')`, 'failed'],
    ['WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q) SELECT count(*) FROM q', 'failed'],
    [`SELECT regexp_like(rpad('a', 30000, 'a') || 'b', '^(a+)+$')`, undefined],
    [`SELECT ${'('.repeat(20_000)}1${')'.repeat(20_000)}`, 'failed'],
    [`SELECT 1${' + 1'.repeat(50_000)}`, 'failed'],
    [`SELECT ${'ARRAY['.repeat(500)}1${']'.repeat(500)}`, 'failed'],
    [`SELECT 1 FROM ${'"user" u, '.repeat(120)} "user" u`, 'failed'],
  ])('that is made to be one ends by itself or at a limit: %s', async (sql, reason) => {
    const outcome = await shop.sql
      .query(sql, { timeoutMs: 2000, maxRows: 10 })
      .catch((error: unknown) => error)
    if (reason === undefined) expect(outcome).toHaveProperty('rows')
    else expect(outcome).toMatchObject({ name: 'SqlError', reason })
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[100]])
  })

  it('holds up no other statement', async () => {
    const long = failure(ENDLESS, 3000)
    await sleep(100)
    const times: number[] = []
    for (let index = 0; index < 10; index++) {
      const started = performance.now()
      await shop.sql.query('SELECT count(*) FROM "user"', { timeoutMs: 5000, maxRows: 10 })
      times.push(performance.now() - started)
    }
    expect(await long).toMatchObject({ reason: 'timeout' })
    expect(times.sort((a, b) => a - b)[5]).toBeLessThan(500)
  })
})

describe('a statement that fails', () => {
  it.each([
    [`SELECT CAST('abc' AS INTEGER)`, 'failed', /^A text can not be cast to a whole number\.$/],
    ['SELECT nothing FROM "user"', 'failed', /nothing does not exist\.$/],
    ['SELEC 1', 'failed', /\.$/],
    ['SELECT 1; SELECT 2', 'failed', /\.$/],
    ['DROP TABLE "user"', 'failed', /\.$/],
  ])('%s says so in a sentence without inner names', async (sql, reason, message) => {
    const error = await failure(sql)
    expect(error).toMatchObject({ reason, message: expect.stringMatching(message) })
    expect(error.message).not.toMatch(/stored|meta\.|\/|LINE/)
  })
})

describe('what statements can reach', () => {
  it.each([
    ['a file', `SELECT * FROM read_csv('/etc/passwd')`],
    ['a file by its name', `SELECT * FROM '/etc/passwd'`],
    ['its own file', `SELECT * FROM read_blob('image.duckdb')`],
    ['another database', `ATTACH ':memory:' AS x`],
    ['writing a file', `COPY (SELECT 1) TO '/tmp/ocg-test-out.csv'`],
    ['a setting', `SET threads = 1`],
    ['the position', `UPDATE meta.image SET position = 0`],
    ['the environment', `SELECT getenv('HOME')`],
    ['a file in a subquery', `SELECT (SELECT max(column0) FROM read_csv('/etc/passwd'))`],
    ['a file in WITH', `WITH q AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM q`],
    ['a file by a quoted name', `SELECT * FROM "/etc/passwd"`],
    ['a file by a name of parts', `SELECT * FROM "/etc"."passwd"`],
    ['a URL', `SELECT * FROM 'https://127.0.0.1:9/x.parquet'`],
    ['a URL by a quoted name', `SELECT * FROM "https://127.0.0.1:9/x.parquet"`],
    ['a bucket', `SELECT * FROM "s3://bucket/key.parquet"`],
    ['a table function', `SELECT * FROM TABLE(sequence(1, 2))`],
    ['a pass-through query', `SELECT * FROM TABLE(system.query(query => 'SELECT 1'))`],
    ['a list of files', `SELECT * FROM glob('/*')`],
    ['the tables of the catalogue', 'SELECT * FROM information_schema.tables'],
    ['the tables of the engine', 'SELECT * FROM duckdb_tables()'],
    ['the views of the engine', 'SELECT * FROM sqlite_master'],
    ['the settings of the engine', `SELECT current_setting('memory_limit')`],
    ['the settings of a session', 'SHOW SESSION'],
    ['the schemas', 'SHOW SCHEMAS'],
    ['the stored tables behind the views', 'SELECT * FROM stored."user"'],
    ['the image', 'SELECT * FROM meta.image'],
    ["another project's table by its database", 'SELECT * FROM other_project."user"'],
    ["another project's table by its catalogue", 'SELECT * FROM awsdatacatalog.other_project."user"'],
    ["another project's table by a quoted name", 'SELECT * FROM "other_project.user"'],
    ['the hidden columns of files', 'SELECT "$path" FROM "user"'],
    ['the history of a table', 'SELECT * FROM "user$history"'],
    ['a table at another time', `SELECT * FROM "user" FOR TIMESTAMP AS OF timestamp '2024-01-01 00:00:00'`],
    ['the number of a row', 'SELECT rowid FROM "user"'],
    ['two statements', `SELECT 1; SELECT * FROM '/etc/passwd'`],
    ['a statement behind a comment', `SELECT 1 -- \n; COPY "user" TO '/tmp/ocg-test-out.csv'`],
    ['a new table', 'CREATE TABLE t AS SELECT * FROM "user"'],
    ['a prepared statement', `EXECUTE IMMEDIATE 'SELECT 1'`],
    ['a function of its own', 'CREATE MACRO f(a) AS a'],
    ['an extension', 'INSTALL httpfs'],
    ['who is asking', 'SELECT current_user'],
    ['the version', 'SELECT version()'],
  ])('does not include %s', async (_name, sql) => {
    expect((await failure(sql)).reason).toBe('failed')
  })
})
