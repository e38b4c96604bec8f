import { copyFileSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import { entityItem, newFolder, type OpenShop, openShop, put, removeFolder } from './testShop.js'

let folder: string
let shop: OpenShop | undefined

beforeEach(async () => {
  folder = await newFolder()
})

afterEach(async () => {
  await close()
  await removeFolder(folder)
})

async function close(): Promise<void> {
  await shop?.close()
  shop = undefined
}

const ALL = 'SELECT count(*), sum(age) FROM "user"'

async function fill(count: number): Promise<void> {
  shop = await openShop(folder)
  await shop.store.table.createBulk(
    Array.from({ length: count }, (_, index) => entityItem('user', `u${index}`, { age: 1 })),
  )
  await shop.rows('SELECT 1')
  await close()
}

/** Puts one more row into the table, the image open, or not. */
async function addLate(shown: boolean): Promise<void> {
  if (shown) {
    shop = await openShop(folder)
    await put(shop.store, entityItem('user', 'late', { age: 5 }))
    await shop.rows('SELECT 1')
    return close()
  }
  const store = await openStore(folder)
  await put(store, entityItem('user', 'late', { age: 5 }))
  await store.close()
}

function images(): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('image') && !/duckdb\.wal$/.test(name))
    .sort()
}

function file(name: string): string {
  return join(folder, name)
}

function madeTables(): number {
  return shop?.logged.filter(({ message }) => message.includes('is being made')).length ?? 0
}

describe('what a process leaves that is killed while it rewrites the image', () => {
  it('is removed when it is not whole', async () => {
    await fill(100)
    writeFileSync(file('image-1.duckdb.part'), 'half a file')
    writeFileSync(file('image-1.duckdb.part.wal'), 'half a log')
    await addLate(false)
    shop = await openShop(folder)
    expect(await shop.rows(ALL)).toEqual([[101, 105]])
    expect(images()).toEqual(['image.duckdb'])
    expect(madeTables()).toBe(0)
  })

  it('is gone on with when it is whole, although the old one had seen more', async () => {
    await fill(100)
    copyFileSync(file('image.duckdb'), file('early'))
    await addLate(true)
    renameSync(file('early'), file('image-1.duckdb'))
    shop = await openShop(folder)
    expect(await shop.rows(ALL)).toEqual([[101, 105]])
    expect(images()).toEqual(['image-1.duckdb'])
    expect(madeTables()).toBe(0)
  })

  it('gives way to the old one when the feed has left it behind', async () => {
    await fill(100)
    copyFileSync(file('image.duckdb'), file('early'))
    await addLate(true)
    renameSync(file('early'), file('image-1.duckdb'))
    const store = await openStore(folder)
    await store.feed.trim(store.feed.head() + 1)
    await store.close()
    shop = await openShop(folder)
    expect(await shop.rows(ALL)).toEqual([[101, 105]])
    expect(images()).toEqual(['image.duckdb'])
    expect(madeTables()).toBe(0)
  })

  it('gives way to the old one when it is torn', async () => {
    await fill(100)
    copyFileSync(file('image.duckdb'), file('image-1.duckdb'))
    truncateSync(file('image-1.duckdb'), 10_000)
    await addLate(false)
    shop = await openShop(folder)
    expect(await shop.rows(ALL)).toEqual([[101, 105]])
    expect(images()).toEqual(['image.duckdb'])
  })

  it('is the image when the old one is half removed', async () => {
    await fill(100)
    renameSync(file('image.duckdb'), file('image-1.duckdb'))
    writeFileSync(file('image.duckdb.wal'), 'a log without its file')
    await addLate(false)
    shop = await openShop(folder)
    expect(await shop.rows(ALL)).toEqual([[101, 105]])
    expect(readdirSync(folder).filter((name) => name === 'image.duckdb.wal')).toEqual([])
    expect(madeTables()).toBe(0)
  })
})

it('an image that is rewritten survives kills at any moment', async () => {
  await fill(4000)
  shop = await openShop(folder)
  const { sql, store } = shop
  await shop.rows('SELECT 1')
  const started = performance.now()
  await sql.rewriteImage()
  const took = performance.now() - started
  let count = 4000
  for (const part of [0.3, 0.7, 0.95]) {
    // Whoever asked is served by the next process.
    const rewriting = sql.rewriteImage()
    await sleep(took * part)
    const pid = sql.workerPid()
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await put(store, entityItem('user', `k${part}`, { age: 1 }))
    count += 1
    expect(await shop.rows(ALL)).toEqual([[count, count]])
    await rewriting
    expect(images()).toHaveLength(1)
    expect(await shop.rows(ALL)).toEqual([[count, count]])
  }
  expect(sql.stats().restarts).toBeGreaterThanOrEqual(3)
  expect(await sql.verify()).toMatchObject({ clean: true, differences: [] })
}, 180_000)
