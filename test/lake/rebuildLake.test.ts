import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { parquetBatches } from '../../src/lake/batchFormat.js'
import { batchRowMaker, newestRows } from '../../src/lake/batchRow.js'
import { entityKey } from '../../src/model/keys.js'
import { type LakeTable, lakeTables } from '../../src/model/lakeSchema.js'
import type { Change } from '../../src/ports/changes.js'
import type { Item } from '../../src/ports/itemTable.js'
import type { LakeManifest } from '../../src/ports/lakeManifests.js'
import { batchProjector } from '../../src/runtime/changes/batchProjector.js'
import { DEFAULT_KEEPER_SETTINGS } from '../../src/runtime/lake/keeperContext.js'
import { mergeBatches } from '../../src/runtime/lake/mergeBatches.js'
import { RebuildError, rebuildLake } from '../../src/runtime/lake/rebuildLake.js'
import { storeBatch } from '../../src/runtime/lake/storeBatch.js'
import { entityItem, SHOP } from '../sql/testShop.js'
import { MemoryManifests } from './memoryManifests.js'
import { diceOf, slowObjects } from './memoryObjects.js'

const TABLES = lakeTables(SHOP)
const PRODUCT = TABLES.find(({ name }) => name === 'product') as LakeTable
const silent = { debug() {}, info() {}, warn() {}, error() {} }

let manifests: MemoryManifests
let objects: ReturnType<typeof slowObjects>
let items: Map<string, Item>
let now: number
/** Called before each page of the scan. */
let onPage: (page: number) => Promise<void>

const clock = { now: () => now }
const random = { uuid: () => randomUUID() }
const table = { getMany: async (keys: readonly { PK: string }[]) => keys.map(({ PK }) => items.get(PK)) }
const context = () => ({
  ...{ manifests, objects, clock, random, log: silent, settings: DEFAULT_KEEPER_SETTINGS },
  sleep: async (milliseconds: number) => {
    now += milliseconds
  },
  items: {
    /** Two items a page, in the order of their keys, as they are when the page is read. */
    async scan({ start }: { readonly start?: Readonly<Record<string, string>> }) {
      const page = Number(start?.page ?? 0)
      await onPage(page)
      const after = start?.PK ?? ''
      const rest = [...items.values()].filter(({ PK }) => PK > after).sort((a, b) => (a.PK < b.PK ? -1 : 1))
      const found = rest.slice(0, 2)
      const last = found.at(-1)
      return rest.length > 2 && last
        ? { items: found, next: { PK: last.PK, page: String(page + 1) } }
        : { items: found }
    },
  },
})

function put(id: string, title: string, rev = 1): Change {
  const item = entityItem('product', id, { title, _rev: rev, _incarnation: `i-${id}` })
  items.set(item.PK, item)
  return change(id)
}
function remove(id: string): Change {
  const one = change(id)
  items.delete(one.key.PK)
  return one
}
function change(id: string): Change {
  const key = entityKey('product', id)
  const image = {
    entityType: 'product',
    createdAt: String(items.get(key.PK)?.createdAt),
    incarnation: `i-${id}`,
  }
  return { key, old: image, new: image } as Change
}
async function project(...changes: Change[]): Promise<void> {
  const projector = batchProjector({ model: SHOP, table, objects, manifests, clock, random })
  const errors = await projector.projectAll(changes.map((one) => [one]))
  expect(errors.filter((one) => one !== undefined)).toEqual([])
}
const manifest = () => manifests.of('product')

/** What a query of the batches sees: there is no base here. */
async function seen(of: LakeManifest = manifest()): Promise<Record<string, unknown>> {
  const format = parquetBatches(PRODUCT)
  const rows = await Promise.all(
    of.batches.map(async ({ key }) => format.decode((await objects.get(key)) as Uint8Array)),
  )
  const title = PRODUCT.columns.findIndex(({ name }) => name === 'title')
  return Object.fromEntries(
    newestRows(rows.flat()).flatMap(({ id, values }) => (values ? [[id, values[title]]] : [])),
  )
}
const stored = () => Object.fromEntries([...items.values()].map(({ id, title }) => [String(id), title]))

beforeEach(() => {
  manifests = new MemoryManifests()
  objects = slowObjects(diceOf(1), 0)
  items = new Map()
  now = Date.parse('2026-11-21T12:00:00Z')
  onPage = async () => {}
})

describe('a rebuild', () => {
  it('makes the lake again from the table, whatever was in it', async () => {
    await project(put('a', 'A'), put('b', 'B'))
    const forged = await storeBatch(parts(), 'product', {
      rows: [batchRowMaker(PRODUCT)(entityItem('product', 'ghost', { title: 'never' }))],
      format: parquetBatches(PRODUCT),
      generation: 0,
    })
    await manifests.update('product', (one) => ({
      ...one,
      snapshot: '17',
      batches: [...one.batches, forged],
    }))
    const before = manifest()
    expect(await rebuildLake(context(), TABLES)).toEqual({ tables: TABLES.length, rows: 2, unfit: 0 })
    expect(await seen()).toEqual({ a: 'A', b: 'B' })
    expect(manifest()).toMatchObject({ retired: [{ objects: before.batches.length }] })
    expect(manifest().snapshot).toBeUndefined()
    expect(manifest().lease).toBeUndefined()
    // Statements that run may still read the old snapshot.
    expect(manifest().vacuumAfter).toBe(now + DEFAULT_KEEPER_SETTINGS.queryMs)
  })

  it('gives up before its batches and their fold are too many for a manifest, and changes nothing', async () => {
    await project(...['a', 'b', 'c', 'd', 'e'].map((id) => put(id, id.toUpperCase())))
    const { batches } = manifest()
    const options = { rowsOfBatch: 1, mostBatches: 4 }
    await expect(rebuildLake(context(), TABLES, options)).rejects.toThrow(
      new RebuildError('product has more rows than a rebuild brings into the lake: 4. Nothing has changed.'),
    )
    expect(manifest().batches).toEqual(batches)
    expect(manifest().lease).toBeUndefined()
    expect(await rebuildLake(context(), TABLES, { ...options, mostBatches: 5 })).toMatchObject({ rows: 5 })
  })

  it('keeps what changes meanwhile, before and behind the place that it has read', async () => {
    await project(...['a', 'b', 'c', 'd', 'e'].map((id) => put(id, id.toUpperCase())))
    let old: LakeManifest | undefined
    onPage = async (page) => {
      if (page === 1) {
        old = manifest()
        await project(put('a', 'A again', 2), remove('b'), put('e', 'E again', 2), put('f', 'F'))
        await project(remove('d'))
      }
      if (page === 2)
        await mergeBatches({ ...context(), settings: { ...context().settings, mergeFanIn: 2 } }, PRODUCT)
    }
    await rebuildLake(context(), [PRODUCT], { rowsOfBatch: 2 })
    expect(await seen()).toEqual(stored())
    expect(stored()).toEqual({ a: 'A again', c: 'C', e: 'E again', f: 'F' })
    // Until then statements saw the old lake.
    expect(Object.keys(await seen(old))).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('lets nothing in that was read before its fence', async () => {
    await project(put('a', 'A'))
    const { generation } = manifest()
    onPage = async () => {
      const late = await storeBatch(parts(), 'product', {
        rows: [batchRowMaker(PRODUCT)(entityItem('product', 'late', {}))],
        format: parquetBatches(PRODUCT),
        generation,
      })
      expect(await manifests.append('product', late, generation)).toBe('fenced')
    }
    await rebuildLake(context(), [PRODUCT])
    expect(await seen()).toEqual({ a: 'A' })
  })

  it('waits for other work, and gives up in the end', async () => {
    await project(put('a', 'A'))
    const lease = { owner: 'x', work: 'fold', since: now, fence: 1 } as const
    await manifests.update('product', (one) => ({ ...one, lease }))
    await expect(rebuildLake(context(), [PRODUCT])).rejects.toThrow(RebuildError)
    expect(manifest().lease).toEqual(lease)
  })

  it('changes nothing when it was taken for dead', async () => {
    await project(put('a', 'A'))
    const { batches } = manifest()
    onPage = async () => {
      await manifests.update('product', ({ lease: _, ...one }) => one)
    }
    await expect(rebuildLake(context(), [PRODUCT])).rejects.toThrow('taken for dead')
    expect(manifest().batches).toEqual(batches)
  })

  it('gives its lease back when reading fails', async () => {
    await project(put('a', 'A'))
    const { batches } = manifest()
    onPage = async () => {
      throw new Error('no table')
    }
    await expect(rebuildLake(context(), [PRODUCT])).rejects.toThrow('no table')
    expect(manifest()).toMatchObject({ batches })
    expect(manifest().lease).toBeUndefined()
  })
})

function parts() {
  return { objects, clock, random }
}
