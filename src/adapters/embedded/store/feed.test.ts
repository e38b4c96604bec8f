import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { relationDataItem, relationSideItem, taskItem, userItem } from '../../../../test/store/storedItems.js'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import { entityKey, META_KEY } from '../../../model/keys.js'
import { HOLD_LIFETIME_MS } from './feedHolds.js'
import type { Store } from './store.js'

const TIME = '2024-01-01T00:00:00.000Z'
const NOW = Date.UTC(2026, 0, 2)
const cascade = { entityType: 'user', entityId: 'a', incarnation: 'i-a' }

let store: Store
let now = NOW
let remove: () => Promise<void>

beforeEach(async () => {
  now = NOW
  const opened = await temporaryStore({ clock: { now: () => now } })
  store = opened.store
  remove = opened.remove
})
afterEach(() => remove())

describe('records', () => {
  test('a creation, an update and a removal are recorded with their images', async () => {
    const item = userItem('a')
    const key = entityKey('user', 'a')
    await store.table.write({ kind: 'put', item })
    await store.table.write({ kind: 'update', key, set: { name: 'n' }, add: { _rev: 1 } })
    await store.table.write({ kind: 'delete', key })
    const first = { entityType: 'user', createdAt: TIME, incarnation: 'i-a', rev: 1 }
    expect(store.feed.read(0, 10)).toEqual([
      { sequence: 1, time: NOW, changes: [{ key, new: first }] },
      { sequence: 2, time: NOW, changes: [{ key, old: first, new: { ...first, rev: 2 } }] },
      { sequence: 3, time: NOW, changes: [{ key, old: { ...first, rev: 2 } }] },
    ])
    expect(store.feed.head()).toBe(3)
  })

  test('a transaction has one record, with the changes of entities and relation data only', async () => {
    await store.table.transact([
      { kind: 'put', item: relationDataItem('r') },
      { kind: 'put', item: relationSideItem('a', 'r') },
      { kind: 'put', item: taskItem('t', 1) },
      { kind: 'put', item: { ...META_KEY, entityType: 'meta' } },
      { kind: 'put', item: userItem('a') },
    ])
    const [record, ...more] = store.feed.read(0, 10)
    expect(more).toEqual([])
    expect(record?.changes.map(({ key }) => key.PK)).toEqual(['joinTableData#r', 'user#a'])
  })

  test('what changes no entity has no record', async () => {
    await store.table.write({ kind: 'put', item: taskItem('t', 1) })
    await store.table.write({ kind: 'delete', key: entityKey('user', 'nobody') })
    await store.table.write({ kind: 'put', item: userItem('a'), condition: { kind: 'exists' } })
    await store.table.transact([
      { kind: 'put', item: userItem('b') },
      { kind: 'check', key: entityKey('user', 'nobody'), condition: { kind: 'exists' } },
    ])
    await store.deadLetters.add({ source: 'cascade', subject: cascade, error: 'e', attempts: 1 })
    expect(store.feed.head()).toBe(0)
    expect(store.feed.read(0, 10)).toEqual([])
  })

  test('many at once share a record, with every change once', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `u${n}`)
    await Promise.all(ids.map((id) => store.table.write({ kind: 'put', item: userItem(id) })))
    const records = store.feed.read(0, 1000)
    expect(records.length).toBeLessThan(10)
    expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, at) => at + 1))
    const recorded = records.flatMap(({ changes }) => changes.map(({ key }) => key.PK))
    expect(recorded).toEqual(ids.map((id) => `user#${id}`))
  })

  test('reading stops at a number of records or of changes', async () => {
    for (let n = 0; n < 5; n++) await store.table.createBulk([userItem(`a${n}`), userItem(`b${n}`)])
    const sequences = (...args: Parameters<Store['feed']['read']>) =>
      store.feed.read(...args).map(({ sequence }) => sequence)
    expect(sequences(0, 2)).toEqual([1, 2])
    expect(sequences(3, 10)).toEqual([4, 5])
    expect(sequences(5, 10)).toEqual([])
    expect(sequences(0, 10, 3)).toEqual([1, 2])
    expect(sequences(0, 10, 1)).toEqual([1])
  })

  test('a listener hears of each new head until it is taken away', async () => {
    const heads: number[] = []
    const stop = store.feed.onCommit((head) => heads.push(head))
    await store.table.write({ kind: 'put', item: userItem('a') })
    await store.table.write({ kind: 'put', item: taskItem('t', 1) })
    await store.table.write({ kind: 'put', item: userItem('b') })
    stop()
    await store.table.write({ kind: 'put', item: userItem('c') })
    expect(heads).toEqual([1, 2])
  })
})

describe('trim', () => {
  test('removes what is below, and the sequence grows on', async () => {
    for (let n = 0; n < 5; n++) await store.table.write({ kind: 'put', item: userItem(`u${n}`) })
    expect(store.feed.first()).toBe(1)
    expect(await store.feed.trim(4)).toBe(3)
    expect(store.feed.first()).toBe(4)
    expect(store.feed.read(0, 10).map(({ sequence }) => sequence)).toEqual([4, 5])
    expect(await store.feed.trim(2)).toBe(0)
    expect(await store.feed.trim(1000)).toBe(2)
    expect(store.feed.first()).toBe(6)
    await store.table.write({ kind: 'put', item: userItem('later') })
    expect(store.feed.read(0, 10).map(({ sequence }) => sequence)).toEqual([6])
    expect(store.feed.head()).toBe(6)
  })
})

describe('hold', () => {
  const writeSome = async (count: number) => {
    for (let n = 0; n < count; n++)
      await store.table.write({ kind: 'put', item: userItem(`h${store.feed.head()}`) })
  }

  test('keeps what came after it from being trimmed, until it is released', async () => {
    await writeSome(3)
    const hold = await store.feed.hold()
    expect(hold.position).toBe(3)
    await writeSome(2)
    const later = await store.feed.hold()
    expect(await store.feed.trim(1000)).toBe(3)
    expect(store.feed.first()).toBe(4)
    await later.release()
    expect(await store.feed.trim(1000)).toBe(0)
    await hold.release()
    expect(await store.feed.trim(1000)).toBe(2)
  })

  test('of a process that is gone ends by itself', async () => {
    await store.feed.hold()
    await writeSome(2)
    now += HOLD_LIFETIME_MS
    expect(await store.feed.trim(1000)).toBe(0)
    now += 1
    expect(await store.feed.trim(1000)).toBe(2)
  })
})

describe('checkpoints', () => {
  test('are kept by consumer', async () => {
    expect(store.feed.checkpoint('projector')).toBe(0)
    await store.feed.setCheckpoint('projector', 7)
    await store.feed.setCheckpoint('projector', 5)
    await store.feed.setCheckpoint('cascade', 9)
    expect(store.feed.checkpoint('projector')).toBe(5)
    expect(store.feed.checkpoints()).toEqual({ projector: 5, cascade: 9 })
  })

  test('advance sends the messages of a record once, whoever tries again', async () => {
    const messages = [{ queue: 'cascade' as const, message: cascade }]
    const results = await Promise.all([
      store.feed.advance('dispatcher', 3, messages),
      store.feed.advance('dispatcher', 3, messages),
      store.feed.advance('dispatcher', 2, messages),
    ])
    expect(results).toEqual([true, false, false])
    expect(store.queue('cascade').depth()).toBe(1)
    expect(store.feed.checkpoint('dispatcher')).toBe(3)
    expect(await store.feed.advance('dispatcher', 4, [])).toBe(true)
  })
})
