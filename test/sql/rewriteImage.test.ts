import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sha256Hex } from '../../src/model/keys.js'
import {
  entity,
  entityItem,
  likeItem,
  newFolder,
  type OpenShop,
  openShop,
  put,
  removeFolder,
  SHOP,
  scalar,
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

/** What comes by itself has the lowest priority of all: on a busy machine it hardly gets a turn. */
const PATIENCE_MS = 180_000

const ALL = 'SELECT count(*), count(DISTINCT id), sum(age) FROM "user"'

function users(count: number, round = 0) {
  return Array.from({ length: count }, (_, index) =>
    entityItem('user', `u${index}`, {
      age: index + round,
      // Text that does not compress away.
      name: Array.from({ length: 4 }, (_, part) => sha256Hex(`${index} ${round} ${part}`)).join(''),
      // Backwards, so that order of time is not the order of ids.
      createdAt: new Date(Date.UTC(2024, 0, 1) - index * 60_000).toISOString(),
    }),
  )
}

async function putAll({ store }: OpenShop, count: number, round: number): Promise<void> {
  await store.table.transactBulk(users(count, round).map((item) => [{ kind: 'put', item }]))
}

function images(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('image') && !name.endsWith('.wal'))
}

function sumOf(count: number, round = 0): number {
  return (count * (count - 1)) / 2 + count * round
}

/** Files that the SQL process holds open although they have no name any more. */
function deletedFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${name}`)
      return target.startsWith(folder) && target.endsWith('(deleted)') ? [target] : []
    } catch {
      return []
    }
  })
}

describe('rewriting the image', () => {
  it('puts a fresh copy in its place, rows in the order of their times, and leaves nothing of the old one', async () => {
    shop = await openShop(folder)
    for (let round = 0; round < 4; round++) await putAll(shop, 3000, round)
    await put(shop.store, likeItem('u1', 'p1', 4))
    expect(await shop.rows(ALL)).toEqual([[3000, 3000, sumOf(3000, 3)]])

    const rewritten = await shop.sql.rewriteImage()
    expect(rewritten).toMatchObject({ tables: 3, rows: 3001 })
    expect(images()).toEqual(['image-1.duckdb'])
    if (process.platform === 'linux') expect(deletedFiles(shop.sql.workerPid() ?? 0)).toEqual([])
    expect(await shop.rows(ALL)).toEqual([[3000, 3000, sumOf(3000, 3)]])
    expect(await shop.rows('SELECT rating FROM likes')).toEqual([[4]])
    const [first] = await shop.rows('SELECT id FROM "user" LIMIT 1')
    expect(first).toEqual(['u2999'])

    await put(shop.store, entityItem('user', 'late', { age: 1 }))
    expect(await shop.rows(ALL)).toEqual([[3001, 3001, sumOf(3000, 3) + 1]])
    await shop.close()
    shop = await openShop(folder)
    expect(await shop.rows(ALL)).toEqual([[3001, 3001, sumOf(3000, 3) + 1]])
    await shop.sql.rewriteImage()
    expect(images()).toEqual(['image-2.duckdb'])
  })

  it('loses no write that comes meanwhile, and holds no statement up that runs', async () => {
    shop = await openShop(folder)
    await putAll(shop, 3000, 0)
    await shop.rows('SELECT 1')
    let running = true
    let written = 0
    const { store, sql } = shop
    const writing = (async () => {
      while (running && written < 2000) {
        await put(store, entityItem('user', `w${written}`, { age: 0 }))
        await put(store, entityItem('user', `u${written % 1000}`, { age: 5 }))
        await store.table.write({
          kind: 'delete',
          key: { PK: `user#u${written + 1000}`, SK: `user#u${written + 1000}` },
        })
        written += 1
      }
    })()
    // Runs across the swap.
    const long = sql.query('SELECT count(*) FROM "user" a, "user" b WHERE a.age + b.age < 0', {
      timeoutMs: 60_000,
      maxRows: 10,
    })
    const asked: number[] = []
    const asking = (async () => {
      while (running) {
        const { rows } = await sql.query('SELECT count(*) FROM "user" WHERE name IS NOT NULL', {
          timeoutMs: 20_000,
          maxRows: 10,
        })
        asked.push(rows[0]?.[0] as number)
      }
    })()
    await Promise.all([sql.rewriteImage(), sql.rewriteImage()])
    running = false
    await Promise.all([writing, asking, long])
    expect(images()).toEqual(['image-2.duckdb'])
    expect(written).toBeGreaterThan(5)
    expect(asked.length).toBeGreaterThan(5)
    // Each round takes the name from one and removes another: a stale or half image would show more or fewer.
    expect(asked).toEqual([...asked].sort((a, b) => b - a))
    expect(await shop.rows('SELECT count(*), count(DISTINCT id) FROM "user"')).toEqual([[3000, 3000]])
    expect(await shop.rows(`SELECT count(*) FROM "user" WHERE id LIKE 'w%'`)).toEqual([[written]])
  })

  it('follows a change of the model that comes meanwhile', async () => {
    shop = await openShop(folder)
    await putAll(shop, 2000, 0)
    await shop.rows('SELECT 1')
    const rewriting = shop.sql.rewriteImage()
    await sleep(100)
    const user = entity('User', { age: scalar('Int'), nick: scalar('String') })
    await shop.sql.reload({ ...SHOP, entities: [user], joinTables: [] })
    await put(shop.store, entityItem('user', 'late', { age: 0, nick: 'Lee' }))
    await rewriting
    expect(await shop.rows(ALL)).toEqual([[2001, 2001, sumOf(2000)]])
    expect(await shop.rows('SELECT nick FROM "user" WHERE nick IS NOT NULL')).toEqual([['Lee']])
    await expect(shop.rows('SELECT * FROM product')).rejects.toMatchObject({ reason: 'failed' })
  })

  it('holds the feed until the fresh copy has read it', async () => {
    shop = await openShop(folder)
    const { sql, store } = shop
    await putAll(shop, 5000, 0)
    await shop.rows('SELECT 1')
    const before = sql.settled()
    const rewriting = sql.rewriteImage()
    let least = Number.POSITIVE_INFINITY
    let over = false
    rewriting.finally(() => {
      over = true
    })
    for (let at = 0; !over; at++) {
      await put(store, entityItem('user', `w${at}`, { age: 0 }))
      // As housekeeping does.
      await store.feed.trim(sql.settled() + 1)
      least = Math.min(least, sql.settled())
    }
    await rewriting
    expect(least).toBe(before)
    await shop.rows('SELECT 1')
    // The file's note of it follows.
    await vi.waitFor(() => expect(sql.settled()).toBe(store.feed.head()), { timeout: 10_000 })
  })

  it('comes by itself once the file is twice its ideal size', { timeout: PATIENCE_MS + 60_000 }, async () => {
    shop = await openShop(folder)
    await putAll(shop, 2000, 0)
    await shop.rows('SELECT 1')
    await shop.close()
    const file = join(folder, 'image.duckdb')
    await inImage(file, [
      'CREATE TABLE junk AS SELECT hash(i) AS a, hash(i + 1) AS b FROM range(500000) t(i)',
      'CHECKPOINT',
      // Behind the junk, so that the file can't just be cut off.
      `UPDATE stored."user" SET name = name || 'x'`,
      'CHECKPOINT',
      'DROP TABLE junk',
      'CHECKPOINT',
    ])
    const before = statSync(file).size
    shop = await openShop(folder, { limits: { imageBytes: 1024 * 1024, imageLookMs: 50 } })
    await shop.rows('SELECT 1')
    const { image } = await eventually(
      () => (shop as OpenShop).sql.stats(),
      ({ image }) => image?.rewrites === 1,
    )
    expect(image?.bytes).toBeLessThan(before / 2)
    expect(image?.bytes).toBeLessThan(2 * (image?.idealBytes ?? 0))
    const { tables } = await shop.sql.describeImage()
    expect(tables.find(({ table }) => table === 'user')).toMatchObject({ rows: 2000 })
    expect(await shop.rows(ALL)).toEqual([[2000, 2000, sumOf(2000)]])
    expect(images()).toEqual(['image-1.duckdb'])
  })
})

async function inImage(file: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

async function eventually<T>(read: () => T, holds: (value: T) => boolean): Promise<T> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const value = read()
    if (holds(value)) return value
    if (performance.now() > end) throw new Error(`It has not come: ${JSON.stringify(value)}`)
    await sleep(20)
  }
}
