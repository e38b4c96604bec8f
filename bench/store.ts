import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, open } from 'lmdb'
import { openStore } from '../src/adapters/embedded/store/openStore.js'
import { entityIndexKey, entityKey } from '../src/model/keys.js'
import type { Item } from '../src/ports/itemTable.js'

/**
 * The store next to raw LMDB: the same number of items as plain puts of ready-made bytes, without conditions,
 * index, feed or JSON. That is the physical limit on this machine; the ratio is what the store's work costs.
 *
 *     node --import tsx bench/store.ts
 */
const SERIAL_WRITES = 1_000
const PARALLEL_WRITES = 30_000
const IN_FLIGHT = 64
const BULK_ITEMS = 100_000
const BULK_BATCH = 1_000
const READS = 200_000
const HEADS = 200_000

interface Rates {
  readonly serial: number
  readonly parallel: number
  readonly bulk: number
  readonly gets: number
}

const folder = await mkdtemp(join(tmpdir(), 'ocg-bench-'))
try {
  const raw = await rawRates(join(folder, 'raw'))
  const ours = await storeRates(join(folder, 'store'))
  print('serial durable writes', ours.serial, raw.serial)
  print(`durable writes, ${IN_FLIGHT} in flight`, ours.parallel, raw.parallel)
  print(`created in bulk, ${BULK_BATCH} a batch`, ours.bulk, raw.bulk)
  print('gets', ours.gets, raw.gets)
  process.stdout.write(`${'feed.head()'.padEnd(36)}${ours.headMicros.toFixed(2).padStart(10)} µs\n`)
} finally {
  await rm(folder, { recursive: true })
}

async function storeRates(path: string): Promise<Rates & { readonly headMicros: number }> {
  const store = await openStore(path)
  let next = 0
  const put = () => store.table.write({ kind: 'put', item: item(next++), condition: { kind: 'notExists' } })
  const serial = await rate(SERIAL_WRITES, () => repeat(SERIAL_WRITES, put))
  const parallel = await rate(PARALLEL_WRITES, () => inFlight(PARALLEL_WRITES, put))
  const first = next
  const items = Array.from({ length: BULK_ITEMS }, () => item(next++))
  const bulk = await rate(BULK_ITEMS, async () => {
    for (let at = 0; at < BULK_ITEMS; at += BULK_BATCH) {
      await store.table.createBulk(items.slice(at, at + BULK_BATCH))
    }
  })
  const gets = await rate(READS, async () => {
    for (let read = 0; read < READS; read++) {
      store.table.read(entityKey('track', String(first + ((read * 7919) % BULK_ITEMS))))
    }
  })
  const heads = await rate(HEADS, async () => {
    for (let read = 0; read < HEADS; read++) store.feed.head()
  })
  await store.close()
  return { serial, parallel, bulk, gets, headMicros: 1e6 / heads }
}

async function rawRates(path: string): Promise<Rates> {
  const root = open({ path, overlappingSync: false, eventTurnBatching: false, mapSize: 2 ** 34 })
  const section: Database<Buffer, Buffer> = root.openDB('items', {
    keyEncoding: 'binary',
    encoding: 'binary',
  })
  const value = Buffer.from(JSON.stringify(item(0)))
  let next = 0
  const put = () => root.transaction(() => void section.put(Buffer.from(`track#${next++}\0`), value))
  const serial = await rate(SERIAL_WRITES, () => repeat(SERIAL_WRITES, put))
  const parallel = await rate(PARALLEL_WRITES, () => inFlight(PARALLEL_WRITES, put))
  const first = next
  const bulk = await rate(BULK_ITEMS, () =>
    repeat(BULK_ITEMS / BULK_BATCH, () =>
      root.transaction(() => {
        for (let at = 0; at < BULK_BATCH; at++) section.put(Buffer.from(`track#${next++}\0`), value)
      }),
    ),
  )
  const gets = await rate(READS, async () => {
    for (let read = 0; read < READS; read++) {
      section.get(Buffer.from(`track#${first + ((read * 7919) % BULK_ITEMS)}\0`))
    }
  })
  await root.close()
  return { serial, parallel, bulk, gets }
}

function item(number: number): Item {
  const id = String(number)
  const time = new Date(Date.UTC(2024, 0, 1) + number * 1000).toISOString()
  return {
    ...entityKey('track', id),
    ...entityIndexKey('track', id, time),
    entityType: 'track',
    createdAt: time,
    updatedAt: time,
    _rev: 1,
    _incarnation: '0123456789abcdef',
    id,
    name: `For Those About To Rock (We Salute You) ${id}`,
    composer: 'Angus Young, Malcolm Young, Brian Johnson',
    milliseconds: 343719 + number,
    unitPrice: 0.99,
  }
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (count / (performance.now() - start)) * 1000
}

async function repeat(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done++) await work()
}

async function inFlight(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count
  const worker = async () => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}

function print(name: string, ours: number, limit: number): void {
  const figures = [ours, limit]
    .map((figure) => Math.round(figure).toLocaleString('en').padStart(10))
    .join('/s')
  process.stdout.write(`${name.padEnd(36)}${figures}/s raw   ${(ours / limit).toFixed(2)} of the limit\n`)
}
