import { randomUUID } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { waitForTombstones } from '../../src/adapters/aws/athena/waitForTombstones.js'
import { parquetBatches } from '../../src/lake/batchFormat.js'
import { batchRowMaker, tombstoneOf } from '../../src/lake/batchRow.js'
import { lakePath } from '../../src/model/lakePath.js'
import { type LakeTable, lakeTables } from '../../src/model/lakeSchema.js'
import type { Item } from '../../src/ports/itemTable.js'
import { storeRetired } from '../../src/runtime/lake/retire.js'
import { storeBatch } from '../../src/runtime/lake/storeBatch.js'
import { likeItem, SHOP } from '../sql/testShop.js'
import { MemoryManifests } from './memoryManifests.js'
import { diceOf, slowObjects } from './memoryObjects.js'

const LIKES = lakeTables(SHOP).find(({ name }) => name === 'likes') as LakeTable
const item = likeItem('u1', 'p1')
const handleOf = ({ relationId, createdAt, _incarnation }: Item) => ({
  relationId: String(relationId),
  s3Key: `${lakePath(LIKES.name, String(relationId), Date.parse(String(createdAt)))}#${String(_incarnation)}`,
})
const removed = handleOf(item)
const life = {
  id: removed.relationId,
  createdAt: Date.parse(String(item.createdAt)),
  incarnation: String(item._incarnation),
}

let manifests: MemoryManifests
let objects: ReturnType<typeof slowObjects>
let now: number

const view = () => ({ tables: [LIKES], manifests, objects, clock: { now: () => now } })
const parts = () => ({ objects, clock: { now: () => now }, random: { uuid: () => randomUUID() } })
const gone = (...relations: (typeof removed)[]) => waitForTombstones(relations, 0, view())

async function add(...rows: Parameters<typeof storeBatch>[2]['rows']) {
  const batch = await storeBatch(parts(), LIKES.name, { rows, format: parquetBatches(LIKES), generation: 0 })
  await manifests.append(LIKES.name, batch, manifests.of(LIKES.name).generation)
  return batch
}

beforeEach(() => {
  manifests = new MemoryManifests()
  objects = slowObjects(diceOf(1), 0)
  now = Date.parse('2026-11-21T12:00:00Z')
})

it('waits for the tombstone, not for the row to be missing', async () => {
  expect(await gone(removed)).toBe(false)
  await add(batchRowMaker(LIKES)(item))
  expect(await gone(removed)).toBe(false)
  await add(tombstoneOf(life))
  expect(await gone(removed)).toBe(true)
})

it("takes another life's tombstone, or one of a row that did not fit, for nothing", async () => {
  await add(tombstoneOf({ ...life, incarnation: 'another' }), tombstoneOf(life, 3))
  expect(await gone(removed)).toBe(false)
})

it('waits for all of them', async () => {
  const other = likeItem('u2', 'p2')
  const both = [removed, handleOf(other)]
  await add(tombstoneOf(life))
  expect(await gone(...both)).toBe(false)
  await add(
    tombstoneOf({
      id: String(other.relationId),
      createdAt: Date.parse(String(other.createdAt)),
      incarnation: String(other._incarnation),
    }),
  )
  expect(await gone(...both)).toBe(true)
})

it('finds what was folded meanwhile among what is retired', async () => {
  const batch = await add(tombstoneOf(life))
  const retired = await storeRetired(parts(), LIKES.name, [batch])
  await manifests.update(LIKES.name, (one) => ({ ...one, generation: 1, batches: [], retired: [retired] }))
  expect(await gone(removed)).toBe(true)
  // It cannot be about a removal that somebody still waits for.
  now += 2 * 60 * 60_000
  expect(await gone(removed)).toBe(false)
})

it('goes on waiting until the batch comes', async () => {
  const wait = waitForTombstones([removed], 60_000, view())
  await add(tombstoneOf(life))
  expect(await wait).toBe(true)
})
