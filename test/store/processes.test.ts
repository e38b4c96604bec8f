import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DataFolderError } from '../../src/adapters/embedded/store/dataFolderError.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import {
  entityKey,
  LIST_SHARDS,
  listPartition,
  relationDataKey,
  relationSideKey,
} from '../../src/model/keys.js'
import type { Item, Page, PageStart } from '../../src/ports/itemTable.js'
import { startWorker } from './startWorker.js'
import { userItem } from './storedItems.js'
import { temporaryStore } from './temporaryStore.js'

let store: Store
let folder: string
let remove: () => Promise<void>

beforeEach(async () => {
  const opened = await temporaryStore()
  store = opened.store
  folder = opened.folder
  remove = opened.remove
})
afterEach(() => remove())

describe('processes at work on one store', () => {
  test('count every addition of each', { timeout: 60_000 }, async () => {
    await store.table.write({ kind: 'put', item: userItem('counter', { count: 0 }) })
    const workers = ['300', '300'].map((times) => startWorker(folder, ['count', times]))
    const ours = Array.from({ length: 300 }, async () => {
      await store.table.write({ kind: 'update', key: entityKey('user', 'counter'), add: { count: 1 } })
      await new Promise((resolve) => setTimeout(resolve, 1))
    })
    await Promise.all(ours)
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual([0, 0])
    expect(store.table.read(entityKey('user', 'counter'))?.count).toBe(900)
    expectWholeFeed(store)
    const recorded = store.feed.read(0, 10_000).flatMap(({ changes }) => changes)
    expect(recorded).toHaveLength(901)
  })

  /** Seconds of the test. `REOPEN_SECONDS` makes it a longer run: the fault that it looks for is rare. */
  const seconds = Number(process.env.REOPEN_SECONDS ?? 3)

  test('may open it at any moment and take back no write', { timeout: (seconds + 30) * 1000 }, async () => {
    await store.table.write({ kind: 'put', item: userItem('counter', { count: 0 }) })
    const workers = [0, 1].map(() => startWorker(folder, ['reopen', String(seconds * 1000)]))
    let reopening = true
    void Promise.all(workers.map((worker) => worker.ended)).then(() => {
      reopening = false
    })
    const key = entityKey('user', 'counter')
    let count = 0
    for (; reopening; count++) {
      const result = await store.table.write({ kind: 'update', key, add: { count: 1 } })
      if (!result.ok || result.after?.count !== count + 1) expect(result).toEqual(count + 1)
      if (store.table.read(key)?.count !== count + 1) expect(store.table.read(key)?.count).toBe(count + 1)
    }
    const opened = workers.reduce((sum, worker) => sum + Number(worker.lines[0]), 0)
    expect(count).toBeGreaterThan(50 * seconds)
    expect(opened).toBeGreaterThan(50 * seconds)
    expectWholeFeed(store)
  })

  test('never take the same message', { timeout: 60_000 }, async () => {
    for (let n = 0; n < 300; n++) {
      void store.queue('cascade').send({ entityType: 'user', entityId: `${n}`, incarnation: 'i' })
    }
    await store.queue('cascade').send({ entityType: 'user', entityId: '300', incarnation: 'i' })
    const workers = [startWorker(folder, ['take']), startWorker(folder, ['take'])]
    await Promise.all(workers.map((worker) => worker.ended))
    const taken = workers.flatMap((worker) => worker.lines)
    expect(new Set(taken).size).toBe(301)
    expect(taken).toHaveLength(301)
  })
})

describe('a process killed while it writes', () => {
  /** Rounds of three processes each. `CRASH_ROUNDS` makes it a longer run. */
  const rounds = Number(process.env.CRASH_ROUNDS ?? 5)

  test('loses nothing that was acknowledged and leaves nothing half', {
    timeout: 60_000 * rounds,
  }, async () => {
    let acknowledged = 0
    for (let round = 0; round < rounds; round++) {
      const workers = [0, 1, 2].map((at) => startWorker(folder, ['write', `${round}.${at}`]))
      await Promise.all(workers.map((worker) => worker.atLines(2)))
      await Promise.all(
        workers.map(async ({ child }) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 200))
          child.kill('SIGKILL')
        }),
      )
      expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual([
        'SIGKILL',
        'SIGKILL',
        'SIGKILL',
      ])
      for (const { lines } of workers) acknowledged += expectAcknowledged(store, lines.slice(1))
      // The store that was open all the time goes on, and so does one that is opened now.
      expect(await store.table.write({ kind: 'put', item: userItem(`round-${round}`) })).toEqual({ ok: true })
      const again = await openStore(folder)
      expect(again.table.read(entityKey('user', `round-${round}`))).toBeDefined()
      await again.close()
      await expectNothingHalf(store)
    }
    expect(acknowledged).toBeGreaterThan(100 * rounds)
  })
})

describe('a process killed while it reads', () => {
  test('does not let the file grow for long', { timeout: 60_000 }, async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const second = await openStore(folder)
    try {
      const rewrite = () =>
        second.table.transactBulk(
          Array.from({ length: 100 }, (_, n) => [
            { kind: 'put' as const, item: userItem(`u${n}`, { fill: 'x'.repeat(2000) }) },
          ]),
        )
      const growth = async () => {
        const before = second.stats().fileBytes
        for (let round = 0; round < 20; round++) await rewrite()
        await second.feed.trim(second.feed.head() + 1)
        return second.stats().fileBytes - before
      }
      await growth()
      const reader = startWorker(folder, ['pin'])
      await reader.atLines(1)
      reader.child.kill('SIGKILL')
      await reader.ended
      expect(await growth()).toBeGreaterThan(2_000_000)
      vi.advanceTimersByTime(30_000)
      await growth()
      expect(await growth()).toBeLessThan(500_000)
    } finally {
      vi.useRealTimers()
      await second.close()
    }
  })
})

describe('the host lock', () => {
  test('keeps a second host away, and others not', { timeout: 60_000 }, async () => {
    const host = startWorker(folder, ['host'])
    await host.atLines(1)
    const refused = await store.hostLock.claim().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DataFolderError)
    expect((refused as DataFolderError).reason).toBe('inUse')
    expect((refused as DataFolderError).message).toContain(`process ${host.child.pid}`)
    expect((refused as DataFolderError).message).toContain('http://127.0.0.1:1')
    expect(store.hostLock.holder()).toMatchObject({ pid: host.child.pid, url: 'http://127.0.0.1:1' })
    expect((await store.table.write({ kind: 'put', item: userItem('beside') })).ok).toBe(true)

    host.child.kill('SIGKILL')
    await host.ended
    expect(store.hostLock.holder()).toBeUndefined()
    await store.hostLock.claim()
    expect(store.hostLock.holder()?.pid).toBe(process.pid)
  })
})

describe('a disk that is full', () => {
  test.runIf(process.platform === 'linux')(
    'fails the write, and keeps all before it',
    { timeout: 60_000 },
    async () => {
      await store.close()
      const worker = startWorker(folder, ['fill'], 5000)
      expect(await worker.ended).toBe(0)
      const [failure, summary] = worker.lines.slice(-2) as [string, string]
      const stored = worker.lines.filter((line) => line.startsWith('stored')).length
      expect(stored).toBeGreaterThan(10)
      expect(failure).toBe(`StoreError unavailable at ${stored}`)
      expect(summary).toBe(`items ${stored} head ${stored}`)
      const again = await openStore(folder)
      expect(again.stats().items).toBe(stored)
      expect(await again.table.write({ kind: 'put', item: userItem('after') })).toEqual({ ok: true })
      expectWholeFeed(again)
      await again.close()
    },
  )
})

/** Sequences without a gap up to the head. */
function expectWholeFeed(of: Store): void {
  const sequences = of.feed.read(0, 1_000_000).map(({ sequence }) => sequence)
  expect(sequences).toEqual(Array.from({ length: of.feed.head() }, (_, at) => at + 1))
}

/** Each line's write is in the store; answers how many there were. */
function expectAcknowledged(of: Store, lines: readonly string[]): number {
  const isThere = (line: string): boolean => {
    const [what, id] = line.split(' ') as [string, string]
    if (what === 'created') return of.table.read(entityKey('user', id)) !== undefined
    if (what === 'updated') return of.table.read(entityKey('user', id))?._rev === 2
    if (what === 'related') return of.table.read(relationDataKey(id)) !== undefined
    return what === 'sent'
  }
  expect(lines.filter((line) => !isThere(line))).toEqual([])
  const sent = lines.filter((line) => line.startsWith('sent')).length
  expect(of.queue('cascade').depth()).toBeGreaterThanOrEqual(sent)
  return lines.length
}

/** Whatever was acknowledged or not: items, index, relations and feed agree. */
async function expectNothingHalf(of: Store): Promise<void> {
  expectWholeFeed(of)
  const newest = new Map<string, number | undefined>()
  for (const { changes } of of.feed.read(0, 1_000_000)) {
    for (const change of changes) newest.set(change.key.PK, change.new?.rev)
  }
  const items = allItems(of)
  const recorded = items.filter((item) => item.entityType !== 'joinRelation')
  expect(recorded.filter((item) => newest.get(item.PK) !== item._rev)).toEqual([])
  expect(recorded.length).toBe(newest.size)
  const sides = items.filter((item) => item.entityType === 'joinRelation')
  const relations = recorded.filter((item) => item.entityType === 'likes')
  const isWhole = ({ relationId }: Item) =>
    ['a', 'b'].every((side) => of.table.read(relationSideKey('user', side, relationId as string)))
  expect(relations.filter((relation) => !isWhole(relation))).toEqual([])
  expect(sides.length).toBe(relations.length * 2)
  const listed = await Promise.all(Array.from({ length: LIST_SHARDS }, (_, shard) => countListed(of, shard)))
  expect(listed.reduce((sum, count) => sum + count)).toBe(recorded.length - relations.length)
}

function allItems(of: Store): Item[] {
  const items: Item[] = []
  for (;;) {
    const after = items.at(-1)
    const page = of.table.readPage({ prefix: '', limit: 1000, ...(after && { after }) })
    if (page.length === 0) return items
    items.push(...page)
  }
}

async function countListed(of: Store, shard: number): Promise<number> {
  let count = 0
  let start: PageStart | undefined
  do {
    const partition = listPartition('user', shard)
    const page: Page = await of.table.queryIndex({ partition, limit: 1000, ...(start && { start }) })
    count += page.items.length
    start = page.next
  } while (start)
  return count
}
