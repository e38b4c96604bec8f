import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { entityItem, newFolder, type OpenShop, openShop, put, removeFolder } from './testShop.js'

let folder: string
let shop: OpenShop

beforeEach(async () => {
  folder = await newFolder()
  shop = await openShop(folder)
})

afterEach(async () => {
  await shop.close()
  await removeFolder(folder)
})

it('shows each live row exactly once while rows are replaced all the time', async () => {
  const count = 1000
  await shop.store.table.createBulk(
    Array.from({ length: count }, (_, index) => entityItem('user', `u${index}`, { age: 0, score: index })),
  )
  await shop.rows('SELECT 1')
  let writing = true
  let writes = 0
  const writer = (async () => {
    while (writing) {
      const from = Math.floor(Math.random() * (count - 10))
      await put(
        shop.store,
        ...Array.from({ length: 10 }, (_, index) =>
          entityItem('user', `u${from + index}`, { age: writes, score: from + index }),
        ),
      )
      writes += 10
      await sleep(15)
    }
  })()
  const before = shop.sql.stats().applied
  try {
    for (let round = 0; round < 60; round++) {
      const sql = 'SELECT count(*), count(DISTINCT id), sum(score) FROM "user"'
      const { rows } = await shop.sql.query(sql, { timeoutMs: 20_000, maxRows: 10 })
      expect(rows).toEqual([[count, count, (count * (count - 1)) / 2]])
    }
  } finally {
    writing = false
    await writer
  }
  expect(await shop.rows('SELECT max(age) >= 0 FROM "user"')).toEqual([[true]])
  expect(shop.sql.stats().applied).toBeGreaterThan(before)
})

it('keeps the latency of writes and reads while heavy statements run', async () => {
  await put(
    shop.store,
    ...Array.from({ length: 100 }, (_, index) => entityItem('user', `u${index}`, { age: index })),
  )
  await shop.rows('SELECT 1')
  const endless =
    'SELECT count(*) FROM "user" a, "user" b, "user" c, "user" d, "user" e WHERE a.age + b.age + c.age + d.age + e.age = 7'
  const quiet = await latencies()
  const heavy = Array.from({ length: 4 }, () =>
    shop.sql.query(endless, { timeoutMs: 4000, maxRows: 1 }).catch((error: unknown) => error),
  )
  await sleep(300)
  const loaded = await latencies()
  expect(await Promise.all(heavy)).toMatchObject(Array.from({ length: 4 }, () => ({ reason: 'timeout' })))
  // A thread pool full of statements delays a write by seconds. The machine's other work is noise in both numbers.
  expect(loaded).toBeLessThan(Math.max(100, quiet * 10))
})

/** The 95th percentile of a durable write followed by a read, in milliseconds. */
async function latencies(): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < 100; index++) {
    const started = performance.now()
    const item = entityItem('product', `p${index}`, { title: 'Tea', price: index })
    await shop.store.table.write({ kind: 'put', item })
    await shop.store.table.get({ PK: item.PK, SK: item.SK })
    times.push(performance.now() - started)
  }
  return times.sort((a, b) => a - b)[94] as number
}
