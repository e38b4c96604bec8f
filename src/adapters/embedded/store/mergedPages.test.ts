import { afterEach, beforeEach, expect, test } from 'vitest'
import { userItem } from '../../../../test/store/storedItems.js'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import { entityIndexKey, entityKey, LIST_SHARDS, listPartition } from '../../../model/keys.js'
import type { Item, MergedPage } from '../../../ports/itemTable.js'
import type { Store } from './store.js'

let store: Store
let remove: () => Promise<void>

beforeEach(async () => {
  const opened = await temporaryStore()
  store = opened.store
  remove = opened.remove
})
afterEach(() => remove())

test('a page that is asked for again and again is the stored one, whatever was written in between', async () => {
  for (let step = 0; step < 400; step++) {
    const id = `u${(step * 13) % 23}`
    const limit = 1 + (step % 3) * 7
    if (step % 5 === 0) await store.table.write({ kind: 'put', item: user(id, step) })
    if (step % 17 === 0) await store.table.write({ kind: 'delete', key: entityKey('user', id) })
    // Changes of items that have no record leave the pages as they are.
    if (step % 11 === 0) await store.table.write({ kind: 'put', item: { PK: 'meta#a', SK: 'meta#a', step } })
    expect(await page(limit), `step ${step}`).toEqual(await stored(limit))
  }
})

test('is read once from the third time on, until something changes', async () => {
  await store.table.write({ kind: 'put', item: user('a', 1) })
  const [first, second, third] = [await page(5), await page(5), await page(5)]
  expect(second).not.toBe(first)
  expect(third).toBe(second)
  await store.table.write({ kind: 'put', item: user('b', 2) })
  expect((await page(5)).items).toHaveLength(2)
})

test('pages with other starts and limits are other pages', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await store.table.write({ kind: 'put', item: user(id, 1) })
  for (let round = 0; round < 4; round++) {
    for (const limit of [1, 2, 3]) expect((await page(limit)).items).toHaveLength(limit)
  }
})

test('pages past the bounds are not kept, and still right', async () => {
  const fill = 'x'.repeat(150_000)
  await store.table.createBulk(['a', 'b', 'c'].map((id) => ({ ...user(id, 1), fill })))
  const pages = [await page(3), await page(3), await page(3)]
  expect(new Set(pages).size).toBe(3)
  for (const one of pages) expect(one).toEqual(await stored(3))
})

function user(id: string, step: number): Item {
  const createdAt = new Date(Date.UTC(2024, 0, 1) + ((step * 37) % 50) * 1000).toISOString()
  return userItem(id, { step, createdAt, ...entityIndexKey('user', id, createdAt) })
}

async function page(limit: number): Promise<MergedPage> {
  const partitions = Array.from({ length: LIST_SHARDS }, (_, shard) => ({
    partition: listPartition('user', shard),
  }))
  const found = await store.table.mergeIndex?.({ limit, partitions })
  if (!found) throw new Error('The table merges by itself.')
  return found
}

/** What a page has to hold, by another way: every item, sorted. */
async function stored(limit: number): Promise<MergedPage> {
  const { items } = await store.table.scan({ prefix: 'user#', limit: 100 })
  const sorted = items.toSorted((a, b) => (String(a['GSI1-SK']) < String(b['GSI1-SK']) ? -1 : 1))
  return {
    items: sorted.slice(0, limit).map((item) => ({
      item,
      partition: Number(String(item['GSI1-PK']).slice(-1)),
    })),
    more: sorted.length > limit,
  }
}
