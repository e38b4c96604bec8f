import { closeSync, existsSync, openSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { sha256Hex } from '../../src/model/keys.js'
import type { Item } from '../../src/ports/itemTable.js'
import {
  entity,
  entityItem,
  LIKES,
  likeItem,
  newFolder,
  type OpenShop,
  openShop,
  PRODUCT,
  put,
  removeFolder,
  SHOP,
  scalar,
  USER,
} from './testShop.js'

let folder: string
let shop: OpenShop | undefined

beforeEach(async () => {
  folder = await newFolder()
})

afterEach(async () => {
  await shop?.close()
  shop = undefined
  await removeFolder(folder)
})

const COUNT =
  'SELECT count(*), count(DISTINCT id), sum(age) FROM "user" WHERE name IS NULL OR length(name) > 100'

async function fill(count: number): Promise<void> {
  shop = await openShop(folder)
  await shop.store.table.createBulk(
    Array.from({ length: count }, (_, index) =>
      entityItem('user', `u${index}`, { age: index, name: noise(index) }),
    ),
  )
  expect(await shop.rows(COUNT)).toEqual([[count, count, (count * (count - 1)) / 2]])
  await shop.close()
  shop = undefined
}

/** Text that does not compress away. */
function noise(index: number): string {
  return Array.from({ length: 6 }, (_, part) => sha256Hex(`${index} ${part}`)).join('')
}

async function inStore(work: (store: Store) => Promise<unknown>): Promise<void> {
  const store = await openStore(folder)
  await work(store)
  await store.close()
}

function wasMade(opened: OpenShop): boolean {
  return opened.logged.some(({ message }) => message === 'A table of the query image is being made')
}

describe('an image that is opened again', () => {
  it('continues from its position', async () => {
    await fill(10)
    await inStore((store) =>
      put(store, entityItem('user', 'u10', { age: 10 }), entityItem('user', 'u0', { age: 1 })),
    )
    shop = await openShop(folder)
    expect(await shop.rows(COUNT)).toEqual([[11, 11, 56]])
    expect(wasMade(shop)).toBe(false)
  })

  it.each([
    ['cut off', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['garbage', (file: string) => writeFileSync(file, 'not a database '.repeat(5000))],
    ['overwritten in its middle', scribble],
  ])('is made again from the table when its file is %s', async (_name, damage) => {
    await fill(5000)
    damage(join(folder, 'image.duckdb'))
    await inStore((store) => put(store, entityItem('user', 'late', { age: 0 })))
    shop = await openShop(folder)
    expect(await eventually(() => shop?.rows(COUNT))).toEqual([[5001, 5001, (5000 * 4999) / 2]])
    expect(wasMade(shop)).toBe(true)
    expect(existsSync(join(folder, 'image.duckdb.damaged'))).toBe(false)
  })

  it('is made again when the feed has been trimmed past its position', async () => {
    await fill(3)
    await inStore(async (store) => {
      await put(store, entityItem('user', 'u3', { age: 3 }))
      await store.table.write({ kind: 'delete', key: { PK: 'user#u0', SK: 'user#u0' } })
      await store.feed.trim(store.feed.head() + 1)
    })
    shop = await openShop(folder)
    expect(await shop.rows(COUNT)).toEqual([[3, 3, 6]])
    expect(wasMade(shop)).toBe(true)
  })

  it('is made again when it belongs to another store', async () => {
    await fill(3)
    await removeFolder(join(folder, 'store'))
    await inStore((store) => put(store, entityItem('user', 'other', { age: 7 })))
    shop = await openShop(folder)
    expect(await shop.rows(COUNT)).toEqual([[1, 1, 7]])
  })
})

describe('a change of the model', () => {
  it('makes changed and new tables, drops removed ones and leaves the others alone', async () => {
    shop = await openShop(folder)
    await put(
      shop.store,
      entityItem('user', 'u1', { name: 'Ada' }),
      entityItem('product', 'p1', { title: 'Tea' }),
      entityItem('order', 'o1', { total: 3.5 }),
      likeItem('u1', 'p1'),
    )
    await shop.rows('SELECT 1')
    const made = shop.logged.length
    const user = entity('User', { name: scalar('String'), nick: scalar('String') })
    const order = entity('Order', { total: scalar('Float') })
    await shop.sql.reload({ ...SHOP, entities: [user, order], joinTables: [LIKES] })
    expect(await shop.rows('SELECT id, name, nick FROM "user"')).toEqual([['u1', 'Ada', null]])
    expect(await shop.rows('SELECT id, total FROM "order"')).toEqual([['o1', 3.5]])
    await expect(shop.rows('SELECT * FROM product')).rejects.toMatchObject({ reason: 'failed' })
    const tables = shop.logged.slice(made).map(({ fields }) => (fields as { table?: string }).table)
    expect(tables).toEqual(['user', 'order'])
    await put(shop.store, entityItem('user', 'u2', { nick: 'Bobby' }))
    expect(await shop.rows('SELECT nick FROM "user" ORDER BY id')).toEqual([[null], ['Bobby']])

    await shop.sql.reload({ ...SHOP, entities: [USER, PRODUCT] })
    expect(await shop.rows('SELECT id, age FROM "user" ORDER BY id')).toEqual([
      ['u1', null],
      ['u2', null],
    ])
    expect(await shop.rows('SELECT title FROM product')).toEqual([['Tea']])
  })
})

describe('a killed SQL process', () => {
  it('comes back, and the image equals the table', async () => {
    shop = await openShop(folder)
    const { store, sql } = shop
    await sql.waitUntilReady(20_000)
    const expected = new Map<string, number>()
    let writing = true
    onTestFinished(() => {
      writing = false
    })
    const writer = (async () => {
      for (let round = 0; writing; round++) {
        const items: Item[] = []
        for (let index = 0; index < 20; index++) {
          const id = `u${(round * 7 + index * 13) % 400}`
          if (items.some((item) => item.id === id)) continue
          expected.set(id, round)
          items.push(entityItem('user', id, { age: round }))
        }
        await put(store, ...items)
        const gone = `u${(round * 31) % 400}`
        expected.delete(gone)
        await store.table.write({ kind: 'delete', key: { PK: `user#${gone}`, SK: `user#${gone}` } })
      }
    })()
    for (let kill = 0; kill < 3; kill++) {
      while (sql.stats().restarts < kill) await sleep(5)
      await sql.waitUntilReady(20_000)
      await sleep(20 + kill * 90)
      process.kill(sql.workerPid() as number, 'SIGKILL')
    }
    writing = false
    await writer
    const rows = await eventually(() => shop?.rows('SELECT id, age FROM "user"'))
    expect(new Map(rows as [string, number][])).toEqual(expected)
    expect(rows).toHaveLength(expected.size)
    expect(sql.stats().restarts).toBe(3)
  })
})

/** Flips bytes in the body of the file, behind the headers: it opens, and its rows can't be read. */
function scribble(file: string): void {
  const handle = openSync(file, 'r+')
  const { size } = statSync(file)
  for (let at = 3 * 4096 + 100; at < size; at += 4096) writeSync(handle, Buffer.alloc(64, 0x5a), 0, 64, at)
  closeSync(handle)
}

/** The first attempt may find the damage, or the process that has just been killed. */
async function eventually<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === 20) throw error
      await sleep(250)
    }
  }
}
