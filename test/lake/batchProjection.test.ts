import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { type BatchRow, batchRowMaker, newestRows, rowKeyText } from '../../src/lake/batchRow.js'
import { readBatchFile } from '../../src/lake/readBatchFile.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import type { LakeManifests } from '../../src/ports/lakeManifests.js'
import type { CascadeMessage } from '../../src/ports/queue.js'
import { StoreError } from '../../src/ports/storeError.js'
import { batchProjector } from '../../src/runtime/changes/batchProjector.js'
import type { ChangeRecord } from '../../src/runtime/changes/changeRecord.js'
import {
  DEFAULT_PROJECTION_SETTINGS,
  type ProjectionContext,
  projectBatch,
} from '../../src/runtime/changes/projectBatch.js'
import { entityItem, likeItem, PRODUCT, SHOP, USER } from '../sql/testShop.js'
import { temporaryStore } from '../store/temporaryStore.js'
import { MemoryManifests } from './memoryManifests.js'
import { type Dice, dawdle, diceOf, slowObjects } from './memoryObjects.js'
import { recordsAfter, writeSomething } from './randomWrites.js'

const BASE = Number(process.env.SEED ?? Math.floor(Date.now() / 86_400_000) * 1000)
const SEEDS = process.env.SEED === undefined ? Array.from({ length: 8 }, (_, index) => BASE + index) : [BASE]
const TABLES = lakeTables(SHOP)

let store: Store
let remove: () => Promise<void>
beforeAll(async () => {
  ;({ store, remove } = await temporaryStore())
})
afterAll(() => remove())

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function openProjection(dice: Dice, failsOneIn: number, over: Partial<ProjectionContext> = {}) {
  const objects = slowObjects(dice, failsOneIn)
  const manifests = new MemoryManifests()
  const cascades: CascadeMessage[] = []
  const calls: string[] = []
  /** A call to another process: it takes a while, and its answer gets lost now and then. */
  function remote<A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>, fails: number) {
    return async (...args: A): Promise<R> => {
      calls.push(name)
      await dawdle(dice)
      const answer = await call(...args)
      await dawdle(dice)
      if (fails > 0 && dice(fails) === 0) throw new StoreError('unavailable', 'The answer got lost.')
      return answer
    }
  }
  let uuids = 0
  const parts = {
    model: SHOP,
    table: { getMany: remote('getMany', store.table.getMany, 0) },
    objects: { ...objects, put: remote('put', objects.put, 0) },
    manifests: {
      read: remote('read', (tables: readonly string[]) => manifests.read(tables), failsOneIn),
      append: remote('append', manifests.append.bind(manifests), failsOneIn),
    } satisfies Pick<LakeManifests, 'read' | 'append'>,
    clock: { now: () => Date.UTC(2026, 10, 21, 23, 59) },
    random: { uuid: () => `uuid-${++uuids}` },
  }
  const context: ProjectionContext = {
    project: SHOP,
    table: store.table,
    objects,
    queues: { cascade: { send: async (message) => void cascades.push(message) } },
    projector: batchProjector(parts),
    settings: { ...DEFAULT_PROJECTION_SETTINGS, tries: 2, buryAfterMs: Number.POSITIVE_INFINITY },
    clock: { now: () => 0 },
    log: quiet,
    sleep: async () => {
      await nextTurn()
    },
    ...over,
  }
  return { context, parts, objects, manifests, cascades, calls }
}

/** The rows that a query would see, by key. */
async function rowsSeen(
  manifests: MemoryManifests,
  objects: { get(key: string): Promise<Uint8Array | undefined> },
  table: string,
): Promise<Record<string, BatchRow>> {
  const form = TABLES.find(({ name }) => name === table) as (typeof TABLES)[number]
  const rows: BatchRow[] = []
  for (const { key } of manifests.of(table).batches) {
    rows.push(...(await readBatchFile(form, (await objects.get(key)) as Uint8Array)))
  }
  return Object.fromEntries(
    newestRows(rows)
      .filter((row) => row.values)
      .map((row) => [rowKeyText(row), row]),
  )
}

async function rowsStored(
  table: string,
  isMeant: (id: string) => boolean,
): Promise<Record<string, BatchRow>> {
  const form = TABLES.find(({ name }) => name === table) as (typeof TABLES)[number]
  const prefix = form.kind === 'entity' ? `${table}#` : 'joinTableData#'
  const { items } = await store.table.scan({ prefix, limit: 10_000 })
  const rows = items.filter(({ entityType }) => entityType === table).map(batchRowMaker(form))
  return Object.fromEntries(rows.filter(({ id }) => isMeant(id)).map((row) => [rowKeyText(row), row]))
}

describe('whatever becomes of the stream, the batches show the table', () => {
  it.each(SEEDS)('seed %i', async (seed) => {
    const dice = diceOf(seed)
    const start = store.feed.head()
    const { context, objects, manifests, cascades } = openProjection(dice, 8)
    const removed: string[] = []
    const replays: Promise<unknown>[] = []
    const touched = new Set<string>()
    let writing = true
    async function follow(lane: number): Promise<void> {
      const own = () => recordsAfter(store, start).filter(({ change }) => change.key.PK.length % 2 === lane)
      for (let at = 0; writing || at < own().length; await sleep(dice(20))) {
        const batch = own().slice(at, at + 1 + dice(12))
        const { failed } = await projectBatch(context, batch)
        const done = failed ? batch.indexOf(failed) : batch.length
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
      const incarnation = await writeSomething(store, dice, round, `batches${seed}${'x'.repeat(dice(2))}`)
      if (incarnation !== undefined) removed.push(incarnation)
      await dawdle(dice)
    }
    writing = false
    await Promise.all(lanes)
    await Promise.all(replays)
    for (const { change } of recordsAfter(store, start)) {
      touched.add(change.key.PK.slice(change.key.PK.indexOf('#') + 1))
    }
    for (const { name } of TABLES) {
      const wanted = await rowsStored(name, (id) => touched.has(id))
      expect(await rowsSeen(manifests, objects, name)).toEqual(wanted)
    }
    expect(new Set(cascades.map(({ incarnation }) => incarnation))).toEqual(new Set(removed))
  })
})

const record = (sequence: number, key: { readonly PK: string; readonly SK: string }, entityType: string) => ({
  sequence: String(sequence),
  changedAt: 0,
  isReplay: false,
  change: {
    key: { PK: key.PK, SK: key.SK },
    new: { entityType, createdAt: '2024-05-06T07:08:09.010Z', incarnation: `i-${sequence}`, rev: 1 },
  },
})

describe('a batch of changes', () => {
  it('costs one look at the manifests, and one read, one object and one append a table', async () => {
    const { context, manifests, calls } = openProjection(diceOf(1), 0)
    const users = Array.from({ length: 90 }, (_, index) => entityItem('user', `cost-${index}`))
    const like = likeItem('cost-1', 'p')
    for (const item of [...users, like]) await store.table.write({ kind: 'put', item })
    const records = [...users, like].map((item, at) => record(at, item, String(item.entityType)))
    expect(await projectBatch(context, [...records, ...records])).not.toHaveProperty('failed')
    expect([...calls].sort()).toEqual(['append', 'append', 'getMany', 'getMany', 'put', 'put', 'read'])
    // Each item's row, and a tombstone for the life of which the record tells: it isn't the one that is there.
    expect(manifests.of('user').batches).toMatchObject([
      { rows: 180, months: ['2024-05'], day: '2026-11-21', generation: 0 },
    ])
    expect(manifests.of('user').batches[0]?.key).toMatch(
      /^batches\/user\/_day=2026-11-21\/uuid-\d+\.parquet$/,
    )
    expect(manifests.of('product').batches).toEqual([])
  })

  it('starts again when batches were taken out after it had looked, with what is there then', async () => {
    const item = entityItem('user', 'fenced', { age: 1 })
    await store.table.write({ kind: 'put', item })
    const { parts, manifests, objects } = openProjection(diceOf(1), 0)
    let looks = 0
    const projector = batchProjector({
      ...parts,
      table: {
        async getMany(keys) {
          const items = await store.table.getMany(keys)
          looks += 1
          if (looks === 1) {
            await store.table.write({ kind: 'update', key: item, set: { age: 2 }, add: { _rev: 1 } })
            await manifests.update('user', (one) => ({ ...one, generation: one.generation + 1 }))
          }
          return items
        },
      },
    })
    const { change } = record(1, item, 'user')
    expect(await projector.projectAll([[change]])).toEqual([undefined])
    expect(looks).toBe(2)
    const rows = Object.values(await rowsSeen(manifests, objects, 'user'))
    expect(rows).toMatchObject([{ id: 'fenced', rev: 2 }])
    expect(manifests.of('user').batches).toMatchObject([{ generation: 1 }])
  })

  it('fails for one table alone, and makes room in a list that is full', async () => {
    const { parts, manifests, context } = openProjection(diceOf(1), 0)
    const small = manifests.withRoomFor(1)
    const user = entityItem('user', 'full')
    const product = entityItem('product', 'full')
    for (const item of [user, product]) await store.table.write({ kind: 'put', item })
    const relieved: string[] = []
    const append: LakeManifests['append'] = (table, batch, generation) =>
      (table === 'user' ? small : manifests).append(table, batch, generation)
    const projector = batchProjector({
      ...parts,
      manifests: { ...parts.manifests, append },
      relieve: async (table) => void relieved.push(table),
    })
    const batch = [record(1, user, 'user'), record(2, product, 'product')]
    expect(await projectBatch({ ...context, projector }, batch)).not.toHaveProperty('failed')
    const outcome = await projectBatch({ ...context, projector }, [batch[1] as never, batch[0] as never])
    expect(outcome).toMatchObject({ failed: { sequence: '1' }, freshnessMs: [0] })
    expect(manifests.of('product').batches).toHaveLength(2)
    expect(relieved).toEqual(['user', 'user'])
    // However old they are: no record is to blame.
    const late = {
      ...context,
      projector,
      clock: { now: () => 1_000_000_000 },
      settings: DEFAULT_PROJECTION_SETTINGS,
    }
    expect(await projectBatch(late, [batch[0] as never])).toMatchObject({
      failed: { sequence: '1' },
      buried: 0,
    })
    const relieving = batchProjector({
      ...parts,
      manifests: { ...parts.manifests, append },
      relieve: (table) => manifests.update(table, (one) => ({ ...one, batches: [] })),
    })
    expect(await projectBatch({ ...context, projector: relieving }, batch)).not.toHaveProperty('failed')
  })

  it('makes dead letters of what fails though it is old, and of what never fits', async () => {
    const letters: unknown[] = []
    const pauses: number[] = []
    const { context, manifests, parts, objects } = openProjection(diceOf(1), 0)
    const bad = { ...entityItem('user', 'bad'), age: 'old' }
    const good = entityItem('user', 'good')
    const ids = ['bad', 'good']
    for (const item of [bad, good]) await store.table.write({ kind: 'put', item })
    const table = {
      get: context.table.get,
      async write(write: Parameters<ProjectionContext['table']['write']>[0]) {
        if (write.kind === 'put') letters.push(write.item)
        return { ok: true } as const
      },
    }
    const watched: ProjectionContext = {
      ...context,
      table,
      settings: DEFAULT_PROJECTION_SETTINGS,
      sleep: async (milliseconds) => void pauses.push(milliseconds),
    }
    const batch = [record(1, bad, 'user'), record(2, good, 'user')]
    expect(await projectBatch(watched, batch)).toEqual({ freshnessMs: [0], buried: 1 })
    expect(letters).toMatchObject([{ PK: 'deadLetter#1', error: expect.stringContaining('age holds') }])
    expect(pauses).toEqual([])
    const rows = Object.values(await rowsSeen(manifests, objects, 'user'))
    expect(rows.filter(({ id }) => ids.includes(id))).toMatchObject([{ id: 'good' }])
    // It fits again: its row comes back, though it is the same life.
    await store.table.write({ kind: 'update', key: bad, set: { age: 7 }, add: { _rev: 1 } })
    expect(await projectBatch(watched, batch)).not.toHaveProperty('failed')
    expect(Object.values(await rowsSeen(manifests, objects, 'user'))).toMatchObject([
      { id: 'bad', rev: 2 },
      { id: 'good' },
    ])

    // A table that takes nothing.
    const broken = batchProjector({
      ...parts,
      manifests: {
        ...parts.manifests,
        async append() {
          throw new StoreError('unavailable', 'No.')
        },
      },
    })
    const late = { ...watched, projector: broken, clock: { now: () => 60_000 } }
    const young = { ...batch[1], changedAt: 1 } as ChangeRecord
    expect(await projectBatch(late, [batch[0] as ChangeRecord, young])).toMatchObject({
      failed: { sequence: '2' },
      buried: 1,
    })
    expect(pauses).toEqual([50, 100, 500, 1000, 2000, 4000])
    const noTime = { ...late, remainingMs: () => 9_999 }
    expect(await projectBatch(noTime, batch)).toMatchObject({ failed: { sequence: '1' }, buried: 0 })
  })

  it('queues a cascade before its tombstone is there, and never gives it up', async () => {
    const sent: string[] = []
    let isQueueWell = false
    const { context, manifests } = openProjection(diceOf(1), 0, {
      clock: { now: () => 1_000_000_000 },
      settings: DEFAULT_PROJECTION_SETTINGS,
      queues: {
        cascade: {
          async send({ incarnation }) {
            if (!isQueueWell) throw new Error('The queue is closed.')
            sent.push(`${incarnation} after ${manifests.of('user').batches.length}`)
          },
        },
      },
    })
    const { new: image, ...change } = record(1, { PK: 'user#none', SK: 'user#none' }, 'user').change
    const removal = { ...record(1, change.key, 'user'), change: { ...change, old: image } }
    expect(await projectBatch(context, [removal])).toMatchObject({ failed: { sequence: '1' }, buried: 0 })
    expect(manifests.of('user').batches).toEqual([])
    isQueueWell = true
    expect(await projectBatch(context, [removal])).not.toHaveProperty('failed')
    expect(sent).toEqual(['i-1 after 0'])
    expect(manifests.of('user').batches).toMatchObject([{ rows: 1 }])
  })

  it('is nothing for types that the model has no longer', async () => {
    const { context, calls } = openProjection(diceOf(1), 0)
    expect(await projectBatch(context, [record(1, { PK: 'ghost#a', SK: 'ghost#a' }, 'ghost')])).toMatchObject(
      { buried: 0 },
    )
    expect(calls).toEqual([])
    expect([USER.table, PRODUCT.table]).not.toContain('ghost')
  })
})
