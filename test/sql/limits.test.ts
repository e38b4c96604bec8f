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
    expect(performance.now() - started).toBeLessThan(3000)
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
    expect(await failure(sql)).toMatchObject({ reason: 'outOfMemory' })
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
  ])('does not include %s', async (_name, sql) => {
    expect((await failure(sql)).reason).toBe('failed')
  })
})
