import { setTimeout as sleep } from 'node:timers/promises'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import { openStore } from '../../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../../src/adapters/embedded/store/store.js'
import type { SqlEngine, SqlExecution, SqlRow } from '../../../src/ports/sqlEngine.js'
import { entityItem, likeItem, newFolder, removeFolder } from '../../sql/testShop.js'
import { type AthenaLake, LAKE, openAthenaLake, RESULTS } from '../servers/athena/athenaLake.js'
import type { AthenaAccess } from '../servers/athena/startAthenaServer.js'

let lake: AthenaLake
let engine: SqlEngine
let onListed: ((table: string) => Promise<void>) | undefined
let fault: ((operation: string) => { type: string; message: string } | undefined) | undefined
const accesses: AthenaAccess[] = []
const events: Readonly<Record<string, unknown>>[] = []

beforeAll(async () => {
  lake = await openAthenaLake({
    onAccess: (access) => accesses.push(access),
    onStateChange: (event) => events.push(event),
    onListed: async (table) => onListed?.(table),
    fault: (operation) => fault?.(operation),
  })
  engine = lake.engine()
})

afterAll(() => lake.close())

beforeEach(async () => {
  onListed = undefined
  fault = undefined
  accesses.length = 0
  events.length = 0
  await lake.empty()
})

async function finished(executionId: string): Promise<SqlExecution | undefined> {
  for (;;) {
    const execution = await engine.execution(executionId)
    if (execution?.state !== 'RUNNING') return execution
    await sleep(10)
  }
}

async function users(count: number): Promise<string[]> {
  return lake.put(
    ...Array.from({ length: count }, (_, index) => entityItem('user', `u${index}`, { age: index })),
  )
}

const IN_TIME = { timeoutMs: 20_000, maxRows: 10_000 }

describe('a query on Athena', () => {
  it('shows exactly the rows whose objects are there', async () => {
    const [first] = await lake.put(
      entityItem('user', 'a', { name: 'Ada', age: 36, createdAt: '2024-02-03T04:05:06.007Z' }),
      entityItem('user', 'b', { name: '', active: true }),
    )
    const sql = `SELECT id, name, age, active, createdAt, year || '/' || month || '/' || day AS day FROM user ORDER BY id`
    expect(await engine.query(sql, IN_TIME)).toEqual({
      columns: ['id', 'name', 'age', 'active', 'createdAt', 'day'],
      rows: [
        ['a', 'Ada', 36, null, '2024-02-03T04:05:06.007Z', '2024/02/03'],
        ['b', '', null, true, '2024-05-06T07:08:09.010Z', '2024/05/06'],
      ],
    })
    await lake.remove(first as string)
    await lake.put(entityItem('user', 'b', { name: 'Bob' }))
    expect((await engine.query('SELECT id, name FROM user', IN_TIME)).rows).toEqual([['b', 'Bob']])
  })

  it('is stopped when nobody can look at it any more', async () => {
    const calls: string[] = []
    fault = (operation) => {
      calls.push(operation)
      return operation === 'GetQueryExecution'
        ? { type: 'InternalServerException', message: 'It broke.' }
        : undefined
    }
    await expect(engine.query('SELECT 1', IN_TIME)).rejects.toThrow('It broke.')
    expect(calls.at(-1)).toBe('StopQueryExecution')
  })

  it('runs again when an object vanishes between the listing and the reading', async () => {
    const paths = await users(3)
    let times = 0
    onListed = async () => {
      times += 1
      if (times === 1) await lake.remove(paths[0] as string)
    }
    expect((await engine.query('SELECT count(*) FROM user', IN_TIME)).rows).toEqual([[2]])
    expect(times).toBe(2)
  })

  it('runs again when an object is replaced between the listing and the reading', async () => {
    await users(1)
    let times = 0
    onListed = async () => {
      times += 1
      if (times === 1) await lake.put(entityItem('user', 'u0', { age: 77 }))
    }
    expect((await engine.query('SELECT age FROM user', IN_TIME)).rows).toEqual([[77]])
  })

  it('is stopped at its time limit', async () => {
    await users(60)
    const sql =
      'SELECT count(*) FROM user a, user b, user c, user d, user e, user f WHERE a.age + b.age + c.age + d.age + e.age + f.age = 7'
    await expect(engine.query(sql, { timeoutMs: 1500, maxRows: 10 })).rejects.toMatchObject({
      reason: 'timeout',
    })
    await expect.poll(() => events.at(-1)).toMatchObject({ detail: { currentState: 'CANCELLED' } })
  })
})

describe('an execution on Athena', () => {
  it('is one for a token, and none for an unknown id', async () => {
    const token = 'short'
    const { executionId } = await engine.start({ sql: 'SELECT 1 AS n', token })
    expect(await engine.start({ sql: 'SELECT 1 AS n', token })).toEqual({ executionId })
    expect(await finished(executionId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await engine.execution('00000000-0000-4000-8000-000000000000')).toBeUndefined()
  })

  it('tells that the lake has changed, and starts again as one other', async () => {
    const paths = await users(2)
    onListed = async () => {
      onListed = undefined
      await lake.remove(paths[0] as string)
    }
    const { executionId } = await engine.start({ sql: 'SELECT count(*) FROM user', token: `t${paths[0]}` })
    expect(await finished(executionId)).toEqual({
      state: 'FAILED',
      reason: 'lakeChanged',
      message: 'The data changed while the statement read it.',
      finishedAt: expect.any(String),
    })
    const again = await Promise.all([engine.restart?.(executionId), engine.restart?.(executionId)])
    expect(again[0]).toEqual(again[1])
    const next = again[0]?.executionId as string
    expect(next).not.toBe(executionId)
    expect(await finished(next)).toMatchObject({ state: 'SUCCEEDED' })
    expect((await engine.results(next, { limit: 10, maxBytes: 1000 })).rows).toEqual([[1]])
    expect(events.filter((event) => (event.detail as { athenaError?: unknown }).athenaError)).toMatchObject([
      { detail: { currentState: 'FAILED', queryExecutionId: executionId } },
    ])
  })

  it('is not available to statements that name an object which is gone: they would do without it', async () => {
    const paths = await users(2)
    const naming = lake.engine({ namesObjects: true })
    let listings = 0
    onListed = async () => {
      listings += 1
      if (listings === 1) await lake.remove(paths[0] as string)
    }
    const failed = naming.query('SELECT count(*) FROM user', IN_TIME)
    await expect(failed).rejects.toMatchObject({
      reason: 'unavailable',
      message: 'SQL is not available at the moment. Try again shortly.',
    })
    expect(listings).toBe(1)
  })

  it('does not start again where the function may not', () => {
    expect(lake.engine({ restarts: false }).restart).toBeUndefined()
  })

  it('writes its result into the results bucket, with the rights of its caller', async () => {
    await users(1)
    const { executionId } = await engine.start({
      sql: `SELECT id, CAST(NULL AS varchar) AS x FROM user`,
      token: 'csv',
    })
    await finished(executionId)
    const { Contents = [] } = await lake.s3.send(
      new ListObjectsV2Command({ Bucket: RESULTS, Prefix: `results/${executionId}` }),
    )
    expect(Contents.map(({ Key }) => Key)).toEqual([
      `results/${executionId}.csv`,
      `results/${executionId}.csv.metadata`,
    ])
    expect(
      accesses.filter(({ action }) => action === 'glue:GetTable').map(({ resource }) => resource),
    ).toEqual(['catalog', 'database/shop_db', 'table/shop_db/user'])
    expect(new Set(accesses.map(({ action }) => action))).toEqual(
      new Set([
        'glue:GetDatabase',
        'glue:GetTable',
        's3:GetBucketLocation',
        's3:ListBucket',
        's3:GetObject',
        's3:PutObject',
      ]),
    )
  })

  it('reuses a result when it may', async () => {
    const reusing = lake.engine({ resultReuseMinutes: 5 })
    const sql = 'SELECT count(*) AS reused FROM user'
    await users(1)
    expect((await reusing.query(sql, IN_TIME)).rows).toEqual([[1]])
    await lake.put(entityItem('user', 'z'))
    expect((await reusing.query(sql, IN_TIME)).rows).toEqual([[1]])
    expect((await engine.query(sql, IN_TIME)).rows).toEqual([[2]])
  })
})

describe('results on Athena', () => {
  it('come whole, each page of a thousand fetched once', async () => {
    const calls: string[] = []
    fault = (operation) => void calls.push(operation)
    const sql = 'SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n) ORDER BY n'
    const { rows } = await engine.query(sql, { timeoutMs: 20_000, maxRows: 2500 })
    expect(rows).toEqual(Array.from({ length: 2500 }, (_, index) => [index + 1]))
    expect(calls.filter((operation) => operation === 'GetQueryResults')).toHaveLength(3)
    const tooMany = engine.query(sql, { timeoutMs: 20_000, maxRows: 2499 })
    await expect(tooMany).rejects.toMatchObject({ reason: 'tooManyRows' })
  })

  it('come page by page, across pages of a thousand', async () => {
    await users(50)
    const sql = 'SELECT a.age * 50 + b.age AS n FROM user a, user b ORDER BY 1'
    const { executionId } = await engine.start({ sql, token: 'pages' })
    await finished(executionId)
    for (const page of [
      { limit: 900, maxBytes: 1e6 },
      { limit: 1000, maxBytes: 1e6 },
      { limit: 2500, maxBytes: 1e6 },
      { limit: 2499, maxBytes: 1e6 },
      { limit: 700, maxBytes: 1000 },
    ]) {
      const rows: SqlRow[] = []
      let next: string | undefined
      do {
        const part = await engine.results(executionId, { ...page, ...(next && { start: next }) })
        expect(part.rows.length).toBeLessThanOrEqual(page.limit)
        expect(part.rows.length).toBeGreaterThan(0)
        if (part.next && page.maxBytes === 1e6) expect(part.rows.length).toBe(page.limit)
        rows.push(...part.rows)
        next = part.next
      } while (next !== undefined)
      expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 2500 }, (_, index) => index))
    }
  })
})

describe('a throttled Athena', () => {
  it('is asked again', async () => {
    let left = 4
    fault = () => (left-- > 0 ? { type: 'TooManyRequestsException', message: 'Rate exceeded' } : undefined)
    expect((await engine.query('SELECT 1', IN_TIME)).rows).toEqual([[1]])
  })

  it('is given up at last', async () => {
    fault = () => ({ type: 'TooManyRequestsException', message: 'Rate exceeded' })
    await expect(engine.start({ sql: 'SELECT 1', token: 'x' })).rejects.toMatchObject({
      reason: 'unavailable',
    })
  })
})

describe('a removed relation', () => {
  const KEY = 'tables/likes/year=2024/month=05/day=06'
  let folder: string
  let store: Store
  let patient: SqlEngine

  beforeAll(async () => {
    folder = await newFolder()
    store = await openStore(folder)
    patient = lake.engine({ objects: s3ObjectStore({ client: lake.s3, bucket: LAKE }), table: store.table })
  })
  afterAll(async () => {
    await store.close()
    await removeFolder(folder)
  })

  /** A relation with its object in the lake, and not in the table. */
  async function relation(user: string, incarnation: string) {
    const item = likeItem(user, 'p1')
    const [path = ''] = await lake.put(item)
    return { item, path, relationId: String(item.relationId), s3Key: `${path}#${incarnation}` }
  }

  it('is there as long as its object is', async () => {
    const [one, two] = [await relation('u1', 'i1'), await relation('u2', 'i1')]
    expect(await patient.waitUntilGone([], 100)).toBe(true)
    expect(await patient.waitUntilGone([one, two], 300)).toBe(false)
    await lake.remove(one.path)
    expect(await patient.waitUntilGone([one, two], 300)).toBe(false)
    const begin = Date.now()
    const gone = patient.waitUntilGone([one, two], 10_000)
    await sleep(300)
    await lake.remove(two.path)
    expect(await gone).toBe(true)
    expect(Date.now() - begin).toBeLessThan(5000)
  })

  it('is gone when another incarnation has taken its place', async () => {
    const old = await relation('u3', 'i1')
    await store.table.write({ kind: 'put', item: { ...old.item, s3Key: `${old.path}#i2` } })
    expect(await patient.waitUntilGone([old], 100)).toBe(true)
    expect(await patient.waitUntilGone([{ ...old, s3Key: `${old.path}#i2` }], 100)).toBe(false)
  })

  it('is there when the other incarnation has an object of its own', async () => {
    const old = await relation('u4', 'i1')
    const elsewhere = `${KEY.replace('day=06', 'day=07')}/x.parquet#i2`
    await store.table.write({ kind: 'put', item: { ...old.item, s3Key: elsewhere } })
    expect(await patient.waitUntilGone([old], 300)).toBe(false)
  })
})
