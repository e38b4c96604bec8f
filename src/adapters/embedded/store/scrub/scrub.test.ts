import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../../test/store/temporaryStore.js'
import type { Item } from '../../../../ports/itemTable.js'
import { openStore } from '../openStore.js'
import type { Store } from '../store.js'

let store: Store
let folder: string
let removeFolder: () => Promise<void>

beforeEach(async () => {
  const made = await temporaryFolder()
  folder = made.folder
  removeFolder = made.remove
  store = await openStore(folder)
})
afterEach(async () => {
  await store.close()
  await removeFolder()
})

/** Mulberry32: numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Words that occur once: whatever of them is found in a file tells which write it comes from. */
function words(random: () => number): () => string {
  return () => `W${Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('')}`
}

const found = async (): Promise<string[]> => {
  const text = (await readFile(join(folder, 'store', 'data.mdb'))).toString('latin1')
  return [...new Set(text.match(/W[0-9a-f]{7,16}/g) ?? [])]
}

/** What is found and is not, nor begins, a word of these items. */
const leftovers = async (items: Iterable<Item>): Promise<string[]> => {
  const live = new Set<string>()
  for (const item of items) {
    for (const word of JSON.stringify(item).match(/W[0-9a-f]{16}/g) ?? []) {
      for (let length = 8; length <= 17; length++) live.add(word.slice(0, length))
    }
  }
  return (await found()).filter((word) => !live.has(word))
}

function makeItem(random: () => number, word: () => string): Item {
  const id = random() < 0.2 ? `${word()}${'-long'.repeat(Math.floor(random() * 40))}` : word()
  return itemOf(`song#${id}`, random, word)
}

function itemOf(key: string, random: () => number, word: () => string): Item {
  // From a few bytes to runs of pages, so that every kind of page comes up.
  const repeats = random() < 0.1 ? Math.floor(random() * 900) : Math.floor(random() * 12)
  return {
    PK: key,
    SK: key,
    'GSI1-PK': `entity#song#${Math.floor(random() * 4)}`,
    'GSI1-SK': `2026-01-01T00:00:00.000Z#${key}`,
    entityType: 'song',
    title: word(),
    text: Array.from({ length: repeats }, word).join(' '),
  }
}

test.each([1, 2, 3])('leaves nothing but what is stored (seed %i)', async (seed) => {
  const random = seeded(seed)
  const word = words(random)
  const model = new Map<string, Item>()
  for (let round = 0; round < 4; round++) {
    for (let batch = 0; batch < 25; batch++) {
      const writes = Array.from({ length: 40 }, () => {
        const known = [...model.keys()][Math.floor(random() * model.size)]
        if (known && random() < 0.5) {
          model.delete(known)
          return store.table.write({ kind: 'delete', key: { PK: known, SK: known } })
        }
        const item = known && random() < 0.4 ? itemOf(known, random, word) : makeItem(random, word)
        model.set(item.PK, item)
        return store.table.write({ kind: 'put', item })
      })
      await Promise.all(writes)
    }
    await store.feed.trim(store.feed.head() + 1)
    expect((await leftovers(model.values())).length).toBeGreaterThan(0)
    const outcome = await store.scrub()
    expect(outcome.cleaned).toBeGreaterThan(0)
    expect(await leftovers(model.values())).toEqual([])
    // All of it is still there, through every way to it, also for a process that opens it anew.
    await store.close()
    store = await openStore(folder)
    for (const [PK, item] of model) expect(store.table.read({ PK, SK: PK })).toEqual(item)
    expect(store.table.readPage({ prefix: 'song#', limit: 10_000 }).length).toBe(model.size)
    let listed = 0
    for (let shard = 0; shard < 4; shard++) {
      const page = await store.table.queryIndex({ partition: `entity#song#${shard}`, limit: 10_000 })
      listed += page.items.length
    }
    expect(listed).toBe(model.size)
  }
})

test('clears what lies behind the last page, and pages of nobody', async () => {
  await store.table.write({ kind: 'put', item: { PK: 'a', SK: 'a', title: 'W0123456789abcdef' } as Item })
  await store.table.write({ kind: 'delete', key: { PK: 'a', SK: 'a' } })
  await appendFile(join(folder, 'store', 'data.mdb'), Buffer.alloc(8192, 'Wfedcba9876543210'))
  expect((await found()).length).toBeGreaterThan(1)
  await store.scrub()
  expect(await found()).toEqual([])
})

test('writes wait meanwhile and reads go on', async () => {
  const random = seeded(9)
  const word = words(random)
  const items = Array.from({ length: 3000 }, () => makeItem(random, word))
  await store.table.createBulk(items)
  const order: string[] = []
  let reads = 0
  const scrubbing = store.scrub({
    onProgress: () => {
      if (store.table.read({ PK: items[0]?.PK as string, SK: items[0]?.SK as string })) reads += 1
    },
  })
  const writing = store.table.write({ kind: 'put', item: makeItem(random, word) })
  await Promise.all([scrubbing.then(() => order.push('scrubbed')), writing.then(() => order.push('written'))])
  expect(order).toEqual(['scrubbed', 'written'])
  expect(reads).toBeGreaterThan(0)
})

test('stops when it is told to, and the store goes on', async () => {
  const random = seeded(10)
  const word = words(random)
  await store.table.createBulk(Array.from({ length: 3000 }, () => makeItem(random, word)))
  const stop = new AbortController()
  const scrubbing = store.scrub({ onProgress: () => stop.abort(new Error('enough')), signal: stop.signal })
  await expect(scrubbing).rejects.toThrow('enough')
  await store.table.write({ kind: 'put', item: makeItem(random, word) })
  expect(store.stats().items).toBe(3001)
})
