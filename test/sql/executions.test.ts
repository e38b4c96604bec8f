import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SqlExecution, SqlRow } from '../../src/ports/sqlEngine.js'
import {
  entityItem,
  newFolder,
  type OpenShop,
  openShop,
  put,
  removeFolder,
  type ShopOptions,
} from './testShop.js'

let folder: string
let shop: OpenShop

beforeEach(async () => {
  folder = await newFolder()
})

afterEach(async () => {
  await shop.close()
  await removeFolder(folder)
})

async function open(options: ShopOptions = {}): Promise<void> {
  shop = await openShop(folder, options)
}

async function fill(count: number): Promise<void> {
  await put(
    shop.store,
    ...Array.from({ length: count }, (_, index) => entityItem('user', `u${index}`, { age: index })),
  )
}

async function finished(executionId: string): Promise<SqlExecution | undefined> {
  for (;;) {
    const execution = await shop.sql.execution(executionId)
    if (execution?.state !== 'RUNNING') return execution
    await sleep(10)
  }
}

const ENDLESS =
  'SELECT count(*) FROM "user" a, "user" b, "user" c, "user" d, "user" e, "user" f WHERE a.age + b.age + c.age + d.age + e.age + f.age = 7'

describe('an execution', () => {
  it('that fails after many of its rows fails, whatever it has written by then', async () => {
    await open()
    // The engine has a megabyte of rows ready before it gives the first.
    const numbers = (count: number) => `UNNEST(sequence(1, ${count}))`
    const sql = `SELECT CAST(CASE WHEN a = 1000 AND b = 900 THEN 'late' ELSE '1' END AS integer) AS n
      FROM ${numbers(1000)} AS t (a) CROSS JOIN ${numbers(900)} AS u (b)`
    const { executionId } = await shop.sql.start({ sql, token: 't1' })
    expect(await finished(executionId)).toMatchObject({
      state: 'FAILED',
      message: 'A text can not be cast to a whole number.',
    })
    expect(readdirSync(join(folder, 'results'))).toEqual([])
  })

  it('sees every write before it, once for each token, and tells its end', async () => {
    const ended: string[] = []
    await open({ onFinished: (id) => ended.push(id) })
    await fill(50)
    const sql = 'SELECT count(*) AS n, count(*) AS n FROM "user"'
    const first = shop.sql.start({ sql, token: 't1' })
    const ids = [await first, await shop.sql.start({ sql, token: 't1' })].map(
      ({ executionId }) => executionId,
    )
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
    const id = ids[0] as string
    expect(await finished(id)).toEqual({
      state: 'SUCCEEDED',
      rowCount: 1,
      finishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(await shop.sql.results(id, { limit: 10, maxBytes: 1000 })).toEqual({
      columns: ['n', 'n'],
      rows: [[50, 50]],
    })
    await sleep(20)
    expect(ended).toEqual([id])
    expect(await shop.sql.execution('unknown')).toBeUndefined()
  })

  it('gives its rows page by page, by number and by size', async () => {
    await open()
    await fill(30)
    const sql = `SELECT a.age * 30 + b.age AS n, rpad('é', 50, 'é') FROM "user" a, "user" b ORDER BY 1`
    const { executionId } = await shop.sql.start({ sql, token: 't' })
    expect(await finished(executionId)).toMatchObject({ state: 'SUCCEEDED', rowCount: 900 })
    for (const page of [
      { limit: 7, maxBytes: 1e6 },
      { limit: 1000, maxBytes: 1 },
      { limit: 1000, maxBytes: 1000 },
      { limit: 1000, maxBytes: 1e6 },
      { limit: 900, maxBytes: 1e6 },
    ]) {
      const rows: SqlRow[] = []
      let next: string | undefined
      do {
        const part = await shop.sql.results(executionId, { ...page, ...(next && { start: next }) })
        expect(part.rows.length).toBeLessThanOrEqual(page.limit)
        expect(part.rows.length).toBeGreaterThan(0)
        rows.push(...part.rows)
        next = part.next
      } while (next !== undefined)
      expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 900 }, (_, index) => index))
    }
    await expect(shop.sql.results(executionId, { start: '-1', limit: 1, maxBytes: 1 })).rejects.toMatchObject(
      {
        reason: 'failed',
      },
    )
  })

  it('with no rows has an empty page', async () => {
    await open()
    const { executionId } = await shop.sql.start({ sql: 'SELECT id FROM "user"', token: 't' })
    expect(await finished(executionId)).toMatchObject({ state: 'SUCCEEDED', rowCount: 0 })
    expect(await shop.sql.results(executionId, { limit: 10, maxBytes: 1000 })).toEqual({
      columns: ['id'],
      rows: [],
    })
  })

  it('fails at its limits, leaves no file, and the next one waiting in line runs', async () => {
    await open({ limits: { concurrentExecutions: 1, executionTimeoutMs: 500, executionRows: 100 } })
    await fill(100)
    const start = (sql: string) => shop.sql.start({ sql, token: sql }).then(({ executionId }) => executionId)
    const ids = await Promise.all(
      [
        ENDLESS,
        'SELECT a.id FROM "user" a, "user" b',
        `SELECT CAST(id AS INTEGER) FROM "user"`,
        'SELECT 1',
      ].map(start),
    )
    expect(await Promise.all(ids.map(finished))).toMatchObject([
      { state: 'FAILED', reason: 'timeout' },
      { state: 'FAILED', reason: 'tooManyRows' },
      { state: 'FAILED', reason: 'failed', message: 'A text can not be cast to a whole number.' },
      { state: 'SUCCEEDED', rowCount: 1 },
    ])
    expect(readdirSync(join(folder, 'results'))).toEqual([`${ids[3]}.jsonl`])
  })

  it('can be cancelled while it runs and while it waits', async () => {
    await open({ limits: { concurrentExecutions: 1 } })
    await fill(100)
    const running = await shop.sql.start({ sql: ENDLESS, token: 'a' })
    const waiting = await shop.sql.start({ sql: ENDLESS, token: 'b' })
    await shop.sql.waitUntilFresh(20_000)
    await sleep(200)
    await shop.sql.cancel(waiting.executionId)
    await shop.sql.cancel(running.executionId)
    await shop.sql.cancel('unknown')
    for (const { executionId } of [running, waiting]) {
      expect(await finished(executionId)).toMatchObject({ state: 'FAILED', reason: 'cancelled' })
    }
  })

  it('starts again in the next process of the host', async () => {
    await open()
    await fill(60)
    const slow = await shop.sql.start({ sql: ENDLESS, token: 'slow' })
    const waiting = await shop.sql.start({ sql: ENDLESS, token: 'slower' })
    const third = await shop.sql.start({ sql: 'SELECT count(*) FROM "user"', token: 'third' })
    await sleep(100)
    await shop.close()
    await open({ limits: { executionTimeoutMs: 2000 } })
    expect(await finished(slow.executionId)).toMatchObject({ state: 'FAILED', reason: 'timeout' })
    expect(await finished(waiting.executionId)).toMatchObject({ state: 'FAILED', reason: 'timeout' })
    expect(await finished(third.executionId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await shop.sql.results(third.executionId, { limit: 1, maxBytes: 1 })).toMatchObject({
      rows: [[60]],
    })
  })

  it('starts again when the SQL process is killed, and is given up after the third time', async () => {
    await open()
    await fill(60)
    const { executionId } = await shop.sql.start({ sql: ENDLESS, token: 'slow' })
    for (let kill = 0; kill < 3; kill++) {
      while (shop.sql.stats().restarts < kill) await sleep(5)
      await shop.sql.waitUntilFresh(20_000)
      await sleep(150)
      expect(await shop.sql.execution(executionId)).toEqual({ state: 'RUNNING' })
      process.kill(shop.sql.workerPid() as number, 'SIGKILL')
    }
    expect(await finished(executionId)).toMatchObject({ state: 'FAILED', reason: 'unavailable' })
    expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[60]])
  })

  it('takes its result along when it expires', async () => {
    await open({ limits: { retentionMs: -1000 } })
    const { executionId } = await shop.sql.start({ sql: 'SELECT 1', token: 't' })
    await finished(executionId)
    expect(existsSync(join(folder, 'results', `${executionId}.jsonl`))).toBe(true)
    await shop.store.executions.deleteExpired(Math.floor(Date.now() / 1000))
    await shop.close()
    await open()
    await sleep(100)
    expect(readdirSync(join(folder, 'results'))).toEqual([])
    expect(await shop.sql.execution(executionId)).toBeUndefined()
  })
})
