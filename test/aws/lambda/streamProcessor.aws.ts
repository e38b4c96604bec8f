import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readStreamBatch } from '../../../src/adapters/aws/events/readStreamBatch.js'
import {
  replayEventOf,
  replayEventOfItems,
  replayEventOfRecords,
} from '../../../src/adapters/aws/events/replayEvent.js'
import type { StreamEvent } from '../../../src/adapters/aws/events/streamEvent.js'
import { streamBatchOf } from '../../../src/adapters/aws/events/streamFailure.js'
import { lakePath } from '../../../src/model/lakePath.js'
import type { Item } from '../../../src/ports/itemTable.js'
import { projectionLetter } from '../../../src/runtime/changes/deadLetter.js'
import { lakeContents, lakeOfTable } from '../../lake/lakeContents.js'
import { diceOf } from '../../lake/memoryObjects.js'
import { entityItem, likeItem, SHOP } from '../../sql/testShop.js'
import { type Mapping, startStreamMapping } from '../host/streamMapping.js'
import { openStreamTest, type StreamTest } from './streamTest.js'

const CREATED = '2024-05-06T07:08:09.010Z'
const FILTERS = ['NewImage', 'OldImage'].map((image) => ({
  dynamodb: { [image]: { _rev: { N: [{ exists: true }] } } },
}))
const MAPPING = {
  batchSize: 100,
  windowSeconds: 0,
  parallelization: 4,
  retries: 1000,
  maxAgeSeconds: -1,
  bisect: true,
  filters: FILTERS,
}

let shop: StreamTest
let mapping: Mapping
let events: StreamEvent[]
let discarded: unknown[]

beforeAll(async () => {
  shop = await openStreamTest({ buryAfterMs: 3000, lastTries: 2 })
  events = []
  discarded = []
  mapping = startStreamMapping({
    streams: shop.streams,
    streamArn: shop.streamArn,
    settings: MAPPING,
    invoke: async (event) => {
      const timely = withTimes(event as StreamEvent)
      events.push(timely)
      return { ok: true, result: await shop.process(timely) }
    },
    onFailure: async (message) => void discarded.push(message),
  })
})
afterEach(() => shop.setFault(() => undefined))
afterAll(async () => {
  await mapping.close()
  await shop.close()
})

/** DynamoDB Local rounds a record's time down to the minute, where DynamoDB rounds it to the second. */
const seen = new Map<string, number>()
function withTimes({ Records }: StreamEvent): StreamEvent {
  return {
    Records: Records.map((record) => {
      const sequence = record.dynamodb?.SequenceNumber ?? ''
      const time = seen.get(sequence) ?? Date.now() / 1000
      seen.set(sequence, time)
      return { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: time } }
    }),
  }
}

const key = (id: string) => ({ PK: `user#${id}`, SK: `user#${id}` })
const pathOf = (id: string, time = CREATED) => lakePath('user', id, Date.parse(time))
const put = (...items: readonly Item[]) =>
  Promise.all(items.map((item) => shop.table.write({ kind: 'put', item })))

/** Quiet counts when it lasts: the reader looks at the stream now and then. */
async function settled(reader: Pick<Mapping, 'pending'> = mapping): Promise<void> {
  for (let quiet = 0; quiet < 10; ) {
    quiet = reader.pending() === 0 ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function expectCompleteLake(): Promise<void> {
  expect(await lakeContents(shop.objects)).toEqual(await lakeOfTable(SHOP, shop.table))
}

describe('the stream processor', () => {
  it('follows creations, updates, removals and items made again, and leaves other items out', async () => {
    await put(
      ...Array.from({ length: 60 }, (_, index) => entityItem('user', `u${index}`, { age: index })),
      entityItem('product', 'P 1', { title: 'A', price: 1.5 }),
      likeItem('u1', 'P 1', 5),
      { PK: 'task#t', SK: 'task#t', entityType: 'task', createdAt: CREATED },
    )
    await shop.table.write({ kind: 'update', key: key('u1'), set: { name: 'Ada' }, add: { _rev: 1 } })
    await shop.table.write({ kind: 'delete', key: key('u2') })
    await shop.table.write({ kind: 'delete', key: key('u3') })
    await put({
      ...entityItem('user', 'u3', { createdAt: '2025-01-01T00:00:00.000Z' }),
      _incarnation: 'second',
    })
    await settled()
    await expectCompleteLake()
    const lake = await lakeContents(shop.objects)
    expect(Object.keys(lake)).toHaveLength(61)
    expect(lake).not.toHaveProperty([pathOf('u3')])
    expect(lake).toHaveProperty([pathOf('u3', '2025-01-01T00:00:00.000Z')])
    const cascades = await shop.cascades()
    expect(cascades).toContainEqual({ entityType: 'user', entityId: 'u2', incarnation: 'i-u2' })
    expect(cascades).toContainEqual({ entityType: 'user', entityId: 'u3', incarnation: 'i-u3' })
    expect(new Set(cascades.map((one) => JSON.stringify(one))).size).toBe(2)
    expect(events.every(({ Records }) => Records.length > 0)).toBe(true)
    for (const name of ['StreamLag', 'Freshness']) {
      expect(shop.metrics.some((one) => one.name === name && one.value >= 0 && one.value < 60_000)).toBe(true)
    }
  })

  it('brings nothing old back when everything comes again', async () => {
    const before = await lakeContents(shop.objects)
    for (const event of events.slice()) {
      const Records = [...event.Records, ...event.Records.slice().reverse()]
      expect(await shop.process({ Records })).toEqual({ batchItemFailures: [] })
    }
    expect(await lakeContents(shop.objects)).toEqual(before)
  })

  it.each([1, 2, 3])('makes the same lake of the same stream in other batches: seed %i', async (seed) => {
    const dice = diceOf(seed)
    const before = await lakeContents(shop.objects)
    await shop.objects.deleteMany(Object.keys(before))
    const records = events.flatMap(({ Records }) => Records)
    for (let at = 0; at < records.length; at += 1 + dice(30)) {
      // Each batch may begin with what has been before.
      const start = Math.max(0, at - dice(20))
      const event = { Records: records.slice(start, at + 40) }
      expect(await shop.process(event)).toEqual({ batchItemFailures: [] })
    }
    expect(await lakeContents(shop.objects)).toEqual(before)
  })

  it('makes the lake again from the items of the table', async () => {
    const before = await lakeContents(shop.objects)
    await shop.objects.deleteMany(Object.keys(before))
    const { items } = await shop.table.scan({ prefix: '', limit: 1000 })
    expect(await shop.process(replayEventOfItems(items))).toEqual({ batchItemFailures: [] })
    expect(await lakeContents(shop.objects)).toEqual(before)
  })

  it('lets the others go on when S3 fails for one key: retried, dead-lettered, replayed', async () => {
    const poisoned = pathOf('poisoned')
    let refused = 0
    shop.setFault(({ method, url }) => {
      if (method === 'GET' || !url.includes('poisoned')) return undefined
      refused += 1
      return { status: 503, body: '<Error><Code>ServiceUnavailable</Code></Error>' }
    })
    await put(
      ...Array.from({ length: 10 }, (_, index) => entityItem('user', `before${index}`)),
      entityItem('user', 'poisoned', { name: 'first' }),
    )
    await put(...Array.from({ length: 20 }, (_, index) => entityItem('user', `after${index}`)))
    await settled()
    const lake = await lakeContents(shop.objects)
    const ids = ['before', 'after'].flatMap((name) =>
      Array.from({ length: name === 'before' ? 10 : 20 }, (_, index) => `${name}${index}`),
    )
    for (const id of ids) expect(lake).toHaveProperty([pathOf(id)])
    expect(lake).not.toHaveProperty([poisoned])
    // Several deliveries of several tries each.
    expect(refused).toBeGreaterThan(2 * 3)
    const { items } = await shop.table.scan({ prefix: 'deadLetter#', limit: 100 })
    expect(items).toHaveLength(1)
    const letter = projectionLetter(items[0] as Item)
    expect(letter).toMatchObject({
      source: 'projection',
      subject: { key: key('poisoned'), new: { entityType: 'user', createdAt: CREATED, rev: 1 } },
      error: expect.stringMatching(/^The object store takes no more requests/),
    })
    expect(Date.parse(letter.createdAt) - Date.parse(letter.changedAt)).toBeGreaterThanOrEqual(3000)
    expect(discarded).toEqual([])

    // A replay that fails leaves the letter alone, and makes no other.
    expect(await shop.process(replayEventOf(letter))).toEqual({
      batchItemFailures: [{ itemIdentifier: letter.sequence }],
    })
    expect((await shop.table.scan({ prefix: 'deadLetter#', limit: 100 })).items).toEqual(items)

    shop.setFault(() => undefined)
    expect(await shop.process(replayEventOf(letter))).toEqual({ batchItemFailures: [] })
    const { PK, SK } = items[0] as Item
    await shop.table.write({ kind: 'delete', key: { PK, SK } })
    await settled()
    await expectCompleteLake()
  })

  it('gives nothing up while S3 takes nothing at all', async () => {
    shop.setFault(() => ({ status: 500 }))
    await put(entityItem('user', 'outage'))
    await new Promise((resolve) => setTimeout(resolve, 4500))
    expect(mapping.pending()).toBeGreaterThan(0)
    expect((await shop.table.scan({ prefix: 'deadLetter#', limit: 100 })).items).toEqual([])
    shop.setFault(() => undefined)
    await settled()
    await expectCompleteLake()
  })

  it('gives an item that does not fit up at once, and takes its old row out', async () => {
    await put(entityItem('user', 'damaged', { age: 1 }))
    await settled()
    expect(await lakeContents(shop.objects)).toHaveProperty([pathOf('damaged')])
    await put({ ...entityItem('user', 'damaged', { age: 'many' }), _rev: 2 })
    await settled()
    expect(await lakeContents(shop.objects)).not.toHaveProperty([pathOf('damaged')])
    const { items } = await shop.table.scan({ prefix: 'deadLetter#', limit: 100 })
    const letter = projectionLetter(items[0] as Item)
    expect(letter.error).toBe('age holds a value of type string where an integer of 32 bits belongs.')
    await put({ ...entityItem('user', 'damaged', { age: 2 }), _rev: 3 })
    expect(await shop.process(replayEventOf(letter))).toEqual({ batchItemFailures: [] })
    await shop.table.write({
      kind: 'delete',
      key: { PK: `deadLetter#${letter.sequence}`, SK: `deadLetter#${letter.sequence}` },
    })
    await settled()
    await expectCompleteLake()
  })

  it('reads a batch that Lambda has given up from the stream again', async () => {
    await mapping.close()
    const given: unknown[] = []
    const failing = startStreamMapping({
      streams: shop.streams,
      streamArn: shop.streamArn,
      settings: { ...MAPPING, retries: 0, bisect: false, parallelization: 1, batchSize: 1000 },
      invoke: async () => ({ ok: false, result: null }) as never,
      onFailure: async (message) => void given.push(message),
    })
    await put(...Array.from({ length: 5 }, (_, index) => entityItem('user', `late${index}`)))
    await vi.waitUntil(() => given.length > 0, { timeout: 20_000 })
    await settled(failing)
    await failing.close()
    expect(await lakeContents(shop.objects)).not.toHaveProperty([pathOf('late0')])
    for (const message of given) {
      const batch = streamBatchOf(JSON.stringify(message))
      if (!batch) throw new Error('The message tells of no batch.')
      const records = await readStreamBatch(shop.streams, batch)
      expect(records.length).toBeGreaterThanOrEqual(batch.batchSize)
      expect(await shop.process(replayEventOfRecords(records))).toEqual({ batchItemFailures: [] })
    }
    await expectCompleteLake()
  })
})
