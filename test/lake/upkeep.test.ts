import { describe, expect, it } from 'vitest'
import { batchRowMaker, tombstoneOf } from '../../src/lake/batchRow.js'
import { batchKey } from '../../src/model/lakeLayout.js'
import { DEFAULT_KEEPER_SETTINGS } from '../../src/runtime/lake/keeperContext.js'
import { keepLake } from '../../src/runtime/lake/keepLake.js'
import { keepTable } from '../../src/runtime/lake/keepTable.js'
import { mergeBatches } from '../../src/runtime/lake/mergeBatches.js'
import { dueWork } from '../../src/runtime/lake/planWork.js'
import { storeBatch } from '../../src/runtime/lake/storeBatch.js'
import { entityItem } from '../sql/testShop.js'
import { jsonBatches, LakeWorld, NOTE_TABLE, NOTES_MODEL } from './lakeWorld.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function openLake(settings: ConstructorParameters<typeof LakeWorld>[0] = {}) {
  const world = new LakeWorld(settings)
  const context = world.context('k')
  const makeRow = batchRowMaker(NOTE_TABLE)
  const manifest = () => world.manifests.of('note')
  return {
    world,
    context,
    manifest,
    /** Adds a batch of rows as `id.rev`, or of tombstones as `id`. */
    async add(...rows: readonly string[]) {
      const { generation } = manifest()
      const made = rows.map((text) => {
        const [id = '', rev] = text.split('.')
        const row = makeRow({ ...entityItem('note', id), _rev: Number(rev ?? 1) })
        return rev === undefined ? tombstoneOf(row) : row
      })
      const batch = await storeBatch(context, 'note', { rows: made, format: jsonBatches, generation })
      expect(await world.manifests.append('note', batch, generation)).toBe('added')
      return batch
    },
    seen: () =>
      world
        .see()
        .map(({ id, rev }) => `${id}.${rev}`)
        .sort(),
    keep: (options = {}) => keepTable(context, NOTE_TABLE, options),
  }
}

describe('small batches', () => {
  it('become one with the newest of each key, and nobody sees it', async () => {
    const lake = openLake({ mergeFanIn: 3 })
    await lake.add('a.1', 'b.1')
    await lake.add('a.2', 'c.1')
    expect(await mergeBatches(lake.context, NOTE_TABLE)).toBe(0)
    await lake.add('c', 'a.1')
    expect(lake.seen()).toEqual(['a.2', 'b.1'])
    lake.world.now += MINUTE
    expect(await mergeBatches(lake.context, NOTE_TABLE)).toBe(3)
    expect(lake.seen()).toEqual(['a.2', 'b.1'])
    expect(lake.manifest()).toMatchObject({
      generation: 1,
      batches: [{ rows: 3, generation: 0, addedAt: lake.world.now - MINUTE }],
      retired: [{ objects: 3, retiredAt: lake.world.now }],
    })
    // Nothing that was read before gets in, as a batch that was merged could.
    const [first] = [...lake.world.objects.keys()].filter((key) => key.startsWith('batches/'))
    const late = { ...(lake.manifest().batches[0] as never as object), key: first as string } as never
    expect(await lake.world.manifests.append('note', late, 0)).toBe('fenced')
  })

  it('are merged with others of their size, so that a row is written again few times', async () => {
    const lake = openLake({ mergeFanIn: 4 })
    const most = 128
    for (let one = 0; one < most; one += 1) {
      await lake.add(`n${one}.1`)
      while ((await mergeBatches(lake.context, NOTE_TABLE)) > 0) {}
      expect(lake.manifest().batches.length).toBeLessThan(16)
    }
    const written = [...lake.world.objects.entries()]
      .filter(([key]) => key.startsWith('batches/'))
      .map(([key]) => lake.world.rowsOf(key)?.length ?? 0)
    expect(written.reduce((sum, rows) => sum + rows, 0)).toBeLessThan(most * 6)
    expect(lake.seen()).toHaveLength(most)
  })

  it('are left alone while a fold has them, and those after them are not', async () => {
    const lake = openLake({ mergeFanIn: 2 })
    const first = [await lake.add('a.1'), await lake.add('b.1')]
    let merged = 0
    const context = lake.world.context('f', {
      settings: { ...lake.world.settings, mergeFanIn: 100 },
      sleep: async () => {
        if (merged === 0) {
          await lake.add('a.2')
          await lake.add('a')
          merged = await mergeBatches(lake.context, NOTE_TABLE)
          expect(
            lake
              .manifest()
              .batches.map(({ key }) => key)
              .slice(0, 2),
          ).toEqual(first.map(({ key }) => key))
        }
        lake.world.base.finish()
      },
    })
    await keepTable(context, NOTE_TABLE, { wanted: 'fold' })
    expect(merged).toBe(2)
    expect(lake.manifest().batches).toMatchObject([{ rows: 1 }])
    expect(lake.seen()).toEqual(['b.1'])
  })

  it('stay when they are large', async () => {
    const lake = openLake({ mergeFanIn: 2, mergeRows: 1 })
    await lake.add('a.1', 'b.1')
    await lake.add('c.1', 'd.1')
    expect(await mergeBatches(lake.context, NOTE_TABLE)).toBe(0)
  })
})

describe('what a merge holds in memory', () => {
  it('is bounded for all of its batches together', async () => {
    const lake = openLake({ mergeFanIn: 2, mergeRows: 5 })
    for (let one = 0; one < 3; one += 1) await lake.add(`a${one}.1`, `b${one}.1`)
    expect(await mergeBatches(lake.context, NOTE_TABLE)).toBe(2)
    expect(lake.manifest().batches.map(({ rows }) => rows)).toEqual([4, 2])
  })

  it('is that of one table at a time', async () => {
    const lake = openLake({ mergeFanIn: 2 })
    const notes = NOTES_MODEL.entities[0] as (typeof NOTES_MODEL.entities)[number]
    const model = { ...NOTES_MODEL, entities: [notes, { ...notes, name: 'Memo', table: 'memo' }] }
    for (const name of ['note', 'memo']) {
      for (const id of ['a', 'b']) {
        const rows = [tombstoneOf({ id, createdAt: lake.world.now, incarnation: id })]
        const batch = await storeBatch(lake.context, name, { rows, format: jsonBatches, generation: 0 })
        await lake.world.manifests.append(name, batch, 0)
      }
    }
    let [reading, most] = [0, 0]
    const objects = {
      ...lake.world.store,
      async get(key: string) {
        reading += 1
        most = Math.max(most, reading)
        await new Promise((resolve) => setTimeout(resolve, 5))
        reading -= 1
        return lake.world.objects.get(key)
      },
    }
    await keepLake(lake.world.context('k', { objects }), model)
    expect(most).toBe(2)
    for (const name of ['note', 'memo']) expect(lake.world.manifests.of(name).batches).toHaveLength(1)
  })
})

describe('retired objects', () => {
  it('go when no query can read them any more, and the lists of them as well', async () => {
    const lake = openLake()
    await lake.add('a.1')
    await lake.keep({ wanted: 'fold' })
    expect(lake.world.objects.size).toBe(2)
    lake.world.now += 35 * MINUTE - 1
    expect(await lake.keep()).toMatchObject({ removed: 0 })
    lake.world.now += 1
    expect(await keepLake(lake.context, NOTES_MODEL)).toMatchObject({ tables: 1, failed: [] })
    expect(lake.world.objects.size).toBe(0)
    expect(lake.manifest().retired).toEqual([])
    expect(lake.seen()).toEqual(['a.1'])
  })
})

describe('what nothing names', () => {
  it('is removed after days, and nothing else', async () => {
    const lake = openLake()
    const named = await lake.add('a.1')
    await lake.add('b.1')
    await keepTable(lake.world.context('f'), NOTE_TABLE, { wanted: 'fold' })
    const kept = await lake.add('c.1')
    const orphan = batchKey('note', '2026-11-19', 'orphan')
    const young = batchKey('note', '2026-11-20', 'young')
    const list = `retired/note/${Date.UTC(2026, 10, 19)}-lost.json`
    for (const key of [orphan, young, list]) lake.world.objects.set(key, new Uint8Array())
    await lake.world.manifests.update('note', (one) => ({ ...one, sweptAt: lake.world.now - 24 * HOUR }))
    await lake.keep()
    const left = [...lake.world.objects.keys()]
    expect(left).toEqual(expect.arrayContaining([young, kept.key, named.key]))
    expect(left).not.toContain(orphan)
    expect(left).not.toContain(list)
  })
})

it('what a rebuild has written stays, however long it takes', async () => {
  const lake = openLake()
  await lake.add('a.1')
  const written = batchKey('note', '2026-11-18', 'rebuilt')
  lake.world.objects.set(written, new Uint8Array())
  const lease = { owner: 'r', work: 'rebuild', since: 0, until: lake.world.now + HOUR } as const
  await lake.world.manifests.update('note', (one) => ({ ...one, lease }))
  await lake.keep()
  expect([...lake.world.objects.keys()]).toContain(written)
})

describe('packing and cleaning', () => {
  const due = (lake: ReturnType<typeof openLake>, later = 0) =>
    dueWork(lake.manifest(), DEFAULT_KEEPER_SETTINGS, lake.world.now + later)

  it('pack the months that were folded, after many folds or a day', async () => {
    const lake = openLake({ packAfterFolds: 2 })
    await lake.add('a.1')
    await lake.keep({ wanted: 'fold' })
    expect(due(lake, 23 * HOUR)).toBeUndefined()
    await lake.add('a.2')
    await lake.keep({ wanted: 'fold' })
    const texts = lake.world.base.executions.map(({ sql }) => JSON.parse(sql) as object)
    expect(texts.at(-1)).toEqual({ optimize: ['2024-05'] })
    expect(lake.manifest()).toMatchObject({
      snapshot: lake.world.base.current?.id,
      optimizedAt: lake.world.now,
    })
    expect(lake.manifest()).not.toHaveProperty('unpacked')
    expect(lake.seen()).toEqual(['a.2'])
  })

  it('remove snapshots once a day, but not what a query may still read', async () => {
    const lake = openLake()
    await lake.add('a.1')
    await lake.keep({ wanted: 'fold' })
    lake.world.now += 3 * HOUR
    await lake.add('a.2')
    await lake.keep({ wanted: 'fold' })
    // The snapshot before has served for hours, and was superseded just now.
    expect(lake.manifest()).toMatchObject({ vacuumAfter: lake.world.now + 35 * MINUTE })
    lake.world.now += 25 * HOUR
    await lake.keep()
    expect(lake.manifest()).toMatchObject({
      optimizedAt: lake.world.now,
      vacuumAfter: lake.world.now + 35 * MINUTE,
    })
    lake.world.now += 35 * MINUTE
    await lake.keep()
    expect(lake.world.base.executions.map(({ sql }) => sql)).toContain('{"vacuum":true}')
    expect(lake.world.base.snapshots.map(({ id }) => id)).toEqual([lake.manifest().snapshot])
    expect(lake.seen()).toEqual(['a.2'])
    const { vacuumedAt = 0 } = lake.manifest()
    await lake.world.manifests.update('note', (one) => ({
      ...one,
      vacuumAfter: vacuumedAt + 25 * HOUR,
      optimizedAt: vacuumedAt,
    }))
    expect([due(lake, 24 * HOUR), due(lake, 25 * HOUR)]).toEqual([undefined, 'vacuum'])
  })

  it('hold up no fold when they fail again and again', async () => {
    const lake = openLake()
    await lake.add('a.1')
    await lake.keep({ wanted: 'fold' })
    const { base } = lake.world
    const sql = {
      start: base.start.bind(base),
      query: base.query.bind(base),
      async execution(id: string) {
        const found = await base.execution(id)
        const isVacuum = base.executions.find((one) => one.id === id)?.sql === '{"vacuum":true}'
        if (found?.state !== 'SUCCEEDED' || !isVacuum) return found
        return { state: 'FAILED', reason: 'failed', message: 'Not this one.', finishedAt: '' } as const
      },
    }
    const keep = () => keepTable(lake.world.context(`k${lake.world.now}-`, { sql }), NOTE_TABLE)
    lake.world.now += 26 * HOUR
    for (let one = 0; one < 6; one += 1) {
      await lake.add(`b${one}.1`)
      lake.world.now += 40 * MINUTE
      await keep()
      await keep()
      expect(lake.manifest().batches).toEqual([])
    }
    expect(lake.manifest().trouble).toMatchObject({ work: 'vacuum', message: 'Not this one.' })
    expect(lake.manifest().trouble?.times).toBeGreaterThan(2)
    expect(lake.seen()).toHaveLength(7)
  })

  it('wait until the manifest shows what the base is', async () => {
    const lake = openLake()
    await lake.add('a.1')
    await lake.keep({ wanted: 'fold' })
    await lake.world.manifests.update('note', (one) => ({ ...one, isBaseAhead: true }))
    expect(due(lake, 48 * HOUR)).toBe('fold')
    await lake.keep()
    expect(lake.manifest()).not.toHaveProperty('isBaseAhead')
  })

  it('go on at once where a statement has done a part', async () => {
    const lake = openLake()
    await lake.add('a.1')
    let parts = 3
    const { base } = lake.world
    const sql = {
      start: base.start.bind(base),
      query: base.query.bind(base),
      async execution(id: string) {
        const found = await base.execution(id)
        if (found?.state !== 'SUCCEEDED' || parts === 0) return found
        parts -= 1
        return { state: 'FAILED', reason: 'unfinished', message: 'There is more.', finishedAt: '' } as const
      },
    }
    await keepTable(lake.world.context('k', { sql }), NOTE_TABLE, { wanted: 'fold' })
    expect(base.executions).toHaveLength(3 + 2)
    expect(lake.manifest()).toMatchObject({ batches: [] })
    expect(lake.manifest()).not.toHaveProperty('trouble')
  })
})
