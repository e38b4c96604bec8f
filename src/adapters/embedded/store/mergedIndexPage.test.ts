import { afterEach, beforeEach, expect, test } from 'vitest'
import { userItem } from '../../../../test/store/storedItems.js'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import { entityIndexKey, LIST_SHARDS, listPartition } from '../../../model/keys.js'
import type { Item, MergedPage, PageStart } from '../../../ports/itemTable.js'
import type { Store } from './store.js'

let store: Store
let remove: () => Promise<void>

beforeEach(async () => {
  const opened = await temporaryStore()
  store = opened.store
  remove = opened.remove
})
afterEach(() => remove())

/** Times in no order of the ids, some of them the same. */
function user(number: number) {
  const createdAt = new Date(Date.UTC(2024, 0, 1) + ((number * 37) % 50) * 1000).toISOString()
  return userItem(`u${number}`, { createdAt, ...entityIndexKey('user', `u${number}`, createdAt) })
}

async function pages(limit: number): Promise<MergedPage[]> {
  const starts: (PageStart | undefined)[] = Array.from({ length: LIST_SHARDS }, () => undefined)
  const all: MergedPage[] = []
  for (;;) {
    const page = await store.table.mergeIndex?.({
      limit,
      partitions: starts.map((start, shard) => ({
        partition: listPartition('user', shard),
        ...(start && { start }),
      })),
    })
    if (!page) throw new Error('The table merges by itself.')
    all.push(page)
    for (const { item, partition } of page.items) {
      const { PK, SK } = item
      starts[partition] = { PK, SK, 'GSI1-PK': String(item['GSI1-PK']), 'GSI1-SK': String(item['GSI1-SK']) }
    }
    if (!page.more) return all
  }
}

test.each([1, 7, 120, 500])('gives every item once, the oldest first, in pages of %i', async (limit) => {
  const items = Array.from({ length: 120 }, (_, number) => user(number))
  await store.table.createBulk(items)
  const found = await pages(limit)
  const sorted = items.toSorted((a, b) => (String(a['GSI1-SK']) < String(b['GSI1-SK']) ? -1 : 1))
  expect(found.flatMap((page) => page.items.map(({ item }) => item))).toEqual(sorted)
  expect(found.slice(0, -1).every((page) => page.items.length === limit)).toBe(true)
  expect(found).toHaveLength(Math.ceil(120 / limit))
})

test.each([1, 2, 50])('ids of any script are what they were, in pages of %i', async (limit) => {
  const ids = ['ä', 'ñ-1', '日本', '😀', 'ÿ\u0080', 'plain', '\u{10FFFF}x']
  const createdAt = '2024-01-01T00:00:00.000Z'
  const items = ids.map((id) => userItem(id, { createdAt, ...entityIndexKey('user', id, createdAt) }))
  await store.table.createBulk(items)
  const found = (await pages(limit)).flatMap((page) => page.items.map(({ item }) => item))
  const byId = (all: readonly Item[]) => all.toSorted((a, b) => (a.PK < b.PK ? -1 : 1))
  expect(byId(found)).toEqual(byId(items))
})

test('says so when there is nothing', async () => {
  expect(await pages(5)).toEqual([{ items: [], more: false }])
})

test('ends a page that grows too long', async () => {
  const fill = 'x'.repeat(300_000)
  await store.table.createBulk(Array.from({ length: 9 }, (_, number) => ({ ...user(number), fill })))
  const found = await pages(100)
  expect(found.map((page) => page.items.length)).toEqual([4, 4, 1])
})
