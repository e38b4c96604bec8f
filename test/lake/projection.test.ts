import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import type { CascadeMessage } from '../../src/ports/queue.js'
import type { ChangeRecord } from '../../src/runtime/changes/changeRecord.js'
import {
  DEFAULT_PROJECTION_SETTINGS,
  type ProjectionContext,
  projectBatch,
} from '../../src/runtime/changes/projectBatch.js'
import { lakeProjector } from '../../src/runtime/changes/projectChange.js'
import { entityItem, SHOP } from '../sql/testShop.js'
import { temporaryStore } from '../store/temporaryStore.js'
import { lakeContents, lakeOfTable } from './lakeContents.js'
import { type Dice, dawdle, diceOf, slowObjects } from './memoryObjects.js'
import { recordsAfter, writeSomething } from './randomWrites.js'

/** Another one each day of the year; `SEED` runs one again. */
const BASE = Number(process.env.SEED ?? Math.floor(Date.now() / 86_400_000) * 1000)
const SEEDS = process.env.SEED === undefined ? Array.from({ length: 12 }, (_, index) => BASE + index) : [BASE]

let store: Store
let remove: () => Promise<void>
beforeAll(async () => {
  ;({ store, remove } = await temporaryStore())
})
afterAll(() => remove())

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function openProjection(dice: Dice, failsOneIn: number) {
  const objects = slowObjects(dice, failsOneIn)
  const cascades: CascadeMessage[] = []
  // The table of another process: a read takes a while, too.
  const table = {
    ...store.table,
    async get(key: Parameters<typeof store.table.get>[0]) {
      const item = await store.table.get(key)
      await dawdle(dice)
      return item
    },
  }
  const context: ProjectionContext = {
    project: SHOP,
    table,
    objects,
    queues: { cascade: { send: async (message) => void cascades.push(message) } },
    projector: lakeProjector({ model: SHOP, table, objects }),
    settings: {
      ...DEFAULT_PROJECTION_SETTINGS,
      concurrency: 4,
      tries: 2,
      buryAfterMs: Number.POSITIVE_INFINITY,
    },
    clock: { now: () => 0 },
    log: quiet,
    sleep: async () => {
      await nextTurn()
    },
  }
  return { context, objects, cascades }
}

describe('whatever becomes of the stream, the lake is that of the table', () => {
  it.each(SEEDS)('seed %i', async (seed) => {
    const dice = diceOf(seed)
    const start = store.feed.head()
    const { context, objects, cascades } = openProjection(dice, 8)
    const removed: string[] = []
    const replays: Promise<unknown>[] = []
    let writing = true

    /** Follows the items of one half of the keys, as one of Lambda's parallel readers of a shard. */
    async function follow(lane: number): Promise<void> {
      const own = () => recordsAfter(store, start).filter(({ change }) => change.key.PK.length % 2 === lane)
      for (let at = 0; writing || at < own().length; await sleep(dice(20))) {
        const batch = own().slice(at, at + 1 + dice(12))
        const { failed } = await projectBatch(context, batch)
        const done = failed ? batch.indexOf(failed) : batch.length
        // Now and then the answer gets lost, and everything comes again.
        at += dice(5) === 0 ? dice(done + 1) : done
        const old = own()[dice(own().length + 1)]
        if (old && dice(3) === 0) replays.push(replay(old))
      }
    }
    async function replay(record: ChangeRecord): Promise<void> {
      while ((await projectBatch(context, [{ ...record, isReplay: true }])).failed) await nextTurn()
    }

    const lanes = [follow(0), follow(1)]
    for (let round = 0; round < 60; round += 1) {
      const incarnation = await writeSomething(store, dice, round, `seed${seed}${'x'.repeat(dice(2))}`)
      if (incarnation !== undefined) removed.push(incarnation)
      await dawdle(dice)
    }
    writing = false
    await Promise.all(lanes)
    await Promise.all(replays)

    const lake = await lakeContents(objects)
    const wanted = Object.entries(await lakeOfTable(SHOP, store.table))
    const ofSeed = wanted.filter(([, body]) => body.includes(`seed${seed}`))
    expect(lake).toEqual(Object.fromEntries(ofSeed))
    expect(new Set(cascades.map(({ incarnation }) => incarnation))).toEqual(new Set(removed))
  })
})

describe('a replay that is overtaken', () => {
  it.each(['updated', 'removed', 'made again elsewhere'])('ends with the item as it is: %s', async (what) => {
    const id = `overtaken ${what}`
    const item = entityItem('user', id, { age: 1 })
    const key = { PK: item.PK, SK: item.SK }
    await store.table.write({ kind: 'put', item })
    const [first] = recordsAfter(store, store.feed.head() - 1)
    const { context, objects } = openProjection(diceOf(1), 0)
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = {
      delete: objects.delete,
      async put(path: string, body: Uint8Array) {
        await held
        await objects.put(path, body)
      },
    }
    const replaying = lakeProjector({ model: SHOP, table: store.table, objects: slow }).project(
      [(first as ChangeRecord).change],
      { outOfOrder: true },
    )
    await sleep(5)
    const before = store.feed.head()
    if (what === 'updated') {
      await store.table.write({ kind: 'update', key, set: { age: 2 }, add: { _rev: 1 } })
    } else {
      await store.table.write({ kind: 'delete', key })
    }
    if (what === 'made again elsewhere') {
      const createdAt = '2030-01-01T00:00:00.000Z'
      const again = entityItem('user', id, { age: 3, createdAt })
      await store.table.write({ kind: 'put', item: { ...again, _incarnation: 'second' } })
    }
    expect(await projectBatch(context, recordsAfter(store, before))).not.toHaveProperty('failed')
    release()
    await replaying
    const wanted = Object.entries(await lakeOfTable(SHOP, store.table))
    expect(await lakeContents(objects)).toEqual(
      Object.fromEntries(
        wanted.filter(([path]) => path.includes(`overtaken%20${what.replaceAll(' ', '%20')}`)),
      ),
    )
  })
})

describe('what a change costs', () => {
  const requests: string[] = []
  const { projector } = openCounting(requests)
  const item = entityItem('user', 'counted', { age: 1 })
  const key = { PK: item.PK, SK: item.SK }

  async function costOf(write: Parameters<typeof store.table.write>[0]): Promise<string[]> {
    const before = store.feed.head()
    await store.table.write(write)
    requests.length = 0
    await projector.project(recordsAfter(store, before).map(({ change }) => change))
    return requests
  }

  it('is one read and one write', async () => {
    expect(await costOf({ kind: 'put', item })).toEqual(['get', 'put'])
    const update = { kind: 'update', key, set: { age: 2 }, add: { _rev: 1 } } as const
    expect(await costOf(update)).toEqual(['get', 'put'])
    expect(await costOf({ kind: 'delete', key })).toEqual(['get', 'delete'])
  })
})

function openCounting(requests: string[]) {
  const note = (name: string) => async () => void requests.push(name)
  const table = {
    async get(key: Parameters<typeof store.table.get>[0]) {
      requests.push('get')
      return store.table.get(key)
    },
  }
  const objects = { put: note('put'), delete: note('delete') }
  return { projector: lakeProjector({ model: SHOP, table, objects }) }
}

describe('a batch', () => {
  const record = (sequence: number, id: string): ChangeRecord => ({
    sequence: String(sequence),
    changedAt: 0,
    change: {
      key: { PK: `user#${id}`, SK: `user#${id}` },
      new: { entityType: 'user', createdAt: '2024-01-01T00:00:00.000Z', incarnation: 'i', rev: 1 },
    },
    isReplay: false,
  })

  it('stops at its first failure, with everything before it done', async () => {
    const { context } = openProjection(diceOf(1), 0)
    const projected: string[] = []
    const failing: ProjectionContext = {
      ...context,
      settings: { ...context.settings, concurrency: 1 },
      projector: {
        root: 'tables',
        async project([change]) {
          const id = change?.key.PK.slice('user#'.length) as string
          if (id === 'c') throw new Error('No.')
          projected.push(id)
        },
      },
    }
    const ids = ['a', 'b', 'a', 'c', 'd', 'c', 'b', 'e']
    const outcome = await projectBatch(
      failing,
      ids.map((id, index) => record(index, id)),
    )
    expect(outcome).toMatchObject({ failed: { sequence: '3' }, buried: 0 })
    expect(outcome.freshnessMs).toHaveLength(2)
    expect(projected).toEqual(['a', 'b'])
  })

  it('begins nothing when there is no time left', async () => {
    const { context } = openProjection(diceOf(1), 0)
    const late = { ...context, remainingMs: () => 9_999 }
    expect(await projectBatch(late, [record(7, 'a'), record(8, 'b')])).toMatchObject({
      failed: { sequence: '7' },
      freshnessMs: [],
    })
  })

  it('makes a dead letter of an old record only when the lake takes others', async () => {
    const { context } = openProjection(diceOf(1), 0)
    const pauses: number[] = []
    const letters: unknown[] = []
    let isLakeWell = false
    const failing: ProjectionContext = {
      ...context,
      clock: { now: () => 60_000 },
      settings: { ...DEFAULT_PROJECTION_SETTINGS },
      sleep: async (milliseconds) => void pauses.push(milliseconds),
      objects: {
        delete: async () => undefined,
        async put() {
          if (!isLakeWell) throw new Error('Nothing goes in.')
        },
      },
      projector: {
        root: 'tables',
        async project() {
          throw new Error('Not this one.')
        },
      },
      table: {
        get: context.table.get,
        async write(write) {
          if (write.kind === 'put') letters.push(write.item)
          return { ok: true }
        },
      },
    }
    const young = { ...record(2, 'b'), changedAt: 1 }
    expect(await projectBatch(failing, [record(1, 'a')])).toMatchObject({ failed: { sequence: '1' } })
    expect(pauses).toEqual([50, 100, 500, 1000, 2000, 4000])
    isLakeWell = true
    expect(await projectBatch(failing, [record(1, 'a'), young])).toMatchObject({
      failed: { sequence: '2' },
      buried: 1,
    })
    expect(letters).toMatchObject([{ PK: 'deadLetter#1', error: 'Not this one.', attempts: 7 }])
    const replayed = { ...record(3, 'c'), isReplay: true }
    const noTime = { ...failing, remainingMs: () => (pauses.length > 0 ? 0 : 60_000) }
    pauses.length = 0
    expect(await projectBatch(failing, [replayed])).toMatchObject({ failed: { sequence: '3' }, buried: 0 })
    pauses.length = 0
    expect(await projectBatch(noTime, [record(4, 'd')])).toMatchObject({
      failed: { sequence: '4' },
      buried: 0,
    })
    expect(letters).toHaveLength(1)
  })

  it('starts the cascade of a removal before the row goes, and never gives it up', async () => {
    const { context } = openProjection(diceOf(1), 0)
    const order: string[] = []
    let isQueueWell = false
    const removal: ChangeRecord = {
      ...record(1, 'a'),
      change: {
        key: { PK: 'user#a', SK: 'user#a' },
        old: { entityType: 'user', createdAt: '2024-01-01T00:00:00.000Z', incarnation: 'i', rev: 1 },
      },
    }
    const watched: ProjectionContext = {
      ...context,
      clock: { now: () => 1_000_000_000 },
      settings: { ...DEFAULT_PROJECTION_SETTINGS },
      sleep: async () => undefined,
      queues: {
        cascade: {
          async send({ incarnation }) {
            order.push(isQueueWell ? `cascade ${incarnation}` : 'refused')
            if (!isQueueWell) throw new Error('The queue is closed.')
          },
        },
      },
      projector: {
        root: 'tables',
        async project() {
          order.push('row')
        },
      },
    }
    expect(await projectBatch(watched, [removal])).toMatchObject({ failed: { sequence: '1' }, buried: 0 })
    expect(new Set(order)).toEqual(new Set(['refused']))
    isQueueWell = true
    order.length = 0
    expect(await projectBatch(watched, [removal])).not.toHaveProperty('failed')
    expect(order).toEqual(['cascade i', 'row'])
  })

  it('does nothing for a type that the model has no longer', async () => {
    const { context, objects } = openProjection(diceOf(1), 1)
    const dropped: ChangeRecord = {
      ...record(1, 'a'),
      change: {
        key: { PK: 'ghost#a', SK: 'ghost#a' },
        old: { entityType: 'ghost', createdAt: '2024-01-01T00:00:00.000Z', incarnation: 'i', rev: 1 },
      },
    }
    expect(await projectBatch(context, [dropped])).toMatchObject({ buried: 0 })
    expect(await lakeContents(objects)).toEqual({})
  })
})
