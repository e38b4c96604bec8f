import { describe, expect, it } from 'vitest'
import { entityKey } from '../../src/model/keys.js'
import type { Change } from '../../src/ports/changes.js'
import { SqlError } from '../../src/ports/sqlEngine.js'
import { batchProjector } from '../../src/runtime/changes/batchProjector.js'
import { DEFAULT_KEEPER_SETTINGS } from '../../src/runtime/lake/keeperContext.js'
import { keepLake } from '../../src/runtime/lake/keepLake.js'
import { keepTable } from '../../src/runtime/lake/keepTable.js'
import { dueWork } from '../../src/runtime/lake/planWork.js'
import { entityItem } from '../sql/testShop.js'
import { jsonBatches, LakeWorld, NOTE_TABLE, NOTES_MODEL } from './lakeWorld.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function openWorld(settings: ConstructorParameters<typeof LakeWorld>[0] = {}) {
  const world = new LakeWorld(settings)
  const projector = batchProjector({
    model: NOTES_MODEL,
    table: world.table,
    objects: world.store,
    manifests: world.manifests,
    clock: world.clock,
    random: world.context('p').random,
    formatOf: () => jsonBatches,
  })
  const project = async (...changes: Change[]) => {
    const errors = await projector.projectAll(changes.map((one) => [one]))
    expect(errors.filter((error) => error !== undefined)).toEqual([])
  }
  let incarnations = 0
  const images = { entityType: 'note', createdAt: '2024-05-06T07:08:09.010Z', rev: 1 }
  return {
    world,
    project,
    manifest: () => world.manifests.of('note'),
    async create(id: string, createdAt = images.createdAt): Promise<string> {
      incarnations += 1
      const item = { ...entityItem('note', id, { createdAt }), _incarnation: `i${incarnations}` }
      world.items.set(item.PK, item)
      const image = { ...images, createdAt, incarnation: item._incarnation }
      await project({ key: entityKey('note', id), new: image })
      return item._incarnation
    },
    async update(id: string): Promise<void> {
      const item = world.items.get(`note#${id}`)
      if (!item) throw new Error(`There is no ${id}.`)
      const rev = Number(item._rev) + 1
      world.items.set(item.PK, { ...item, _rev: rev, text: `rev ${rev}` })
      const image = { ...images, createdAt: String(item.createdAt), incarnation: String(item._incarnation) }
      await project({ key: entityKey('note', id), old: image, new: { ...image, rev } })
    },
    async remove(id: string): Promise<void> {
      const item = world.items.get(`note#${id}`)
      world.items.delete(`note#${id}`)
      const image = { ...images, createdAt: String(item?.createdAt), incarnation: String(item?._incarnation) }
      await project({ key: entityKey('note', id), old: image })
    },
    seen: () => [...world.see()].map(({ id, rev }) => `${id}.${rev}`).sort(),
    inBase: () => [...(world.base.current?.rows ?? [])].map(({ id, rev }) => `${id}.${rev}`).sort(),
    keep: (options = {}) => keepTable(world.context('k'), NOTE_TABLE, options),
  }
}

describe('a fold', () => {
  it('brings rows into the base and takes the removed out, with nothing to see of it', async () => {
    const lake = openWorld()
    for (const id of ['a', 'b', 'c']) await lake.create(id)
    await lake.update('b')
    expect(await lake.keep()).toEqual({ isDone: true, merged: 0, removed: 0 })
    expect(lake.inBase()).toEqual([])
    expect(await lake.keep({ wanted: 'fold' })).toMatchObject({ isDone: true })
    expect(lake.inBase()).toEqual(['a.1', 'b.2', 'c.1'])
    expect(lake.manifest()).toMatchObject({
      generation: 1,
      batches: [],
      snapshot: '2',
      unpacked: { folds: 1, months: ['2024-05'] },
      baseColumns: { id: 'string', createdat: 'timestamp' },
    })
    expect(lake.manifest()).not.toHaveProperty('lease')
    expect(lake.manifest()).not.toHaveProperty('isBaseAhead')
    await lake.remove('a')
    await lake.update('c')
    await lake.create('a')
    expect(lake.seen()).toEqual(['a.1', 'b.2', 'c.2'])
    await lake.keep({ wanted: 'fold' })
    expect(lake.seen()).toEqual(['a.1', 'b.2', 'c.2'])
    expect(lake.inBase()).toEqual(['a.1', 'b.2', 'c.2'])
    expect([...lake.world.see()].map(({ incarnation }) => incarnation).sort()).toEqual(['i2', 'i3', 'i4'])
  })

  it('goes month by month where there are many', async () => {
    const lake = openWorld({ monthsOfOne: 2 })
    for (let month = 1; month <= 5; month += 1)
      await lake.create(`m${month}`, `2024-0${month}-01T00:00:00.000Z`)
    await lake.keep({ wanted: 'fold' })
    expect(lake.world.base.executions).toHaveLength(1 + 3)
    expect(lake.inBase()).toHaveLength(5)
    expect(lake.manifest().unpacked?.months).toHaveLength(5)
  })

  it('is due by age, rows and bytes, and never without batches', async () => {
    const lake = openWorld()
    const now = lake.world.now
    const due = (settings = {}, at = now) =>
      dueWork(lake.manifest(), { ...DEFAULT_KEEPER_SETTINGS, ...settings }, at)
    expect(due({}, now + HOUR)).toBeUndefined()
    await lake.create('a')
    await lake.create('b')
    expect(due()).toBeUndefined()
    expect(due({}, now + 10 * MINUTE)).toBe('fold')
    expect(due({ foldRows: 2 })).toBe('fold')
    expect(due({ foldBytes: 10 })).toBe('fold')
  })

  it('remembers columns that the schema has lost, as they stay in the base until that is made anew', async () => {
    const lake = openWorld()
    await lake.create('a')
    await lake.keep({ wanted: 'fold' })
    const had = (columns: Record<string, string>) =>
      lake.world.manifests.update('note', (one) => ({
        ...one,
        baseColumns: { ...one.baseColumns, ...columns },
      }))
    await had({ lost: 'double' })
    await lake.update('a')
    await lake.keep({ wanted: 'fold' })
    expect(lake.manifest().baseColumns).toMatchObject({ id: 'string', lost: 'double' })
    // After a rebuild, a column of another type has the next fold make another base.
    await had({ id: 'bigint' })
    await lake.world.manifests.update('note', ({ snapshot: _, ...rest }) => rest)
    await lake.update('a')
    await lake.keep({ wanted: 'fold' })
    expect(lake.manifest().baseColumns).toMatchObject({ id: 'string' })
    expect(lake.manifest().baseColumns).not.toHaveProperty('lost')
  })

  it('tries a failed statement again, gives up in the end, and takes all with it the next time', async () => {
    const lake = openWorld()
    await lake.create('a')
    const { base } = lake.world
    const broken = lake.world.context('broken', {
      sleep: async () => {
        for (const one of base.running) await base.cancel(one.id)
      },
    })
    expect(await keepTable(broken, NOTE_TABLE, { wanted: 'fold' })).toMatchObject({ isDone: true })
    expect(base.executions.map(({ state }) => state)).toEqual(['FAILED', 'FAILED', 'FAILED'])
    expect(lake.manifest()).toMatchObject({
      isBaseAhead: true,
      batches: [{ rows: 1 }],
      trouble: { work: 'fold', times: 1, message: 'It was stopped.' },
    })
    const due = (minutes: number) =>
      dueWork(lake.manifest(), DEFAULT_KEEPER_SETTINGS, lake.world.now + minutes * MINUTE)
    expect([due(0.9), due(1)]).toEqual([undefined, 'fold'])
    await keepTable(broken, NOTE_TABLE, { wanted: 'fold' })
    expect([due(1.9), due(2)]).toEqual([undefined, 'fold'])
    await lake.create('b')
    lake.world.now += 2 * MINUTE
    expect(await keepLake(lake.world.context('k'), NOTES_MODEL)).toMatchObject({
      tables: 1,
      troubled: ['note'],
    })
    expect(lake.inBase()).toEqual(['a.1', 'b.1'])
    expect(lake.manifest()).not.toHaveProperty('trouble')
  })

  it('is taken up where another keeper left it, statement by statement, and once', async () => {
    const lake = openWorld({ monthsOfOne: 1 })
    for (let month = 1; month <= 3; month += 1)
      await lake.create(`m${month}`, `2024-0${month}-01T00:00:00.000Z`)
    let calls = 0
    for (let one = 0; one < 40 && (one === 0 || lake.manifest().lease); one += 1) {
      // Each keeper may do little, and a statement takes its time.
      let left = 1
      const context = lake.world.context(`k${one}-`, {
        remainingMs: () => left,
        sleep: async () => {
          left = 0
          const [running] = lake.world.base.running
          if (running && one % 2 === 0) lake.world.base.proceed(running)
        },
      })
      await keepTable(context, NOTE_TABLE, { wanted: 'fold' })
      calls += 1
    }
    expect(calls).toBeGreaterThan(8)
    expect(lake.world.base.executions).toHaveLength(4)
    expect(lake.inBase()).toEqual(['m1.1', 'm2.1', 'm3.1'])
    expect(lake.manifest()).toMatchObject({ generation: 1, batches: [] })
  })

  it('begins its statements again when other code makes others, after the running one has ended', async () => {
    const lake = openWorld({ monthsOfOne: 2 })
    for (let month = 1; month <= 3; month += 1)
      await lake.create(`m${month}`, `2024-0${month}-01T00:00:00.000Z`)
    let left = 1
    const first = lake.world.context('old', {
      remainingMs: () => left,
      sleep: async () => {
        if (lake.world.base.executions.length === 2) left = 0
        else lake.world.base.finish()
      },
    })
    await keepTable(first, NOTE_TABLE, { wanted: 'fold' })
    const running = lake.world.base.running.map(({ id }) => id)
    expect(running).toHaveLength(1)
    const order: string[] = []
    const newer = lake.world.context('new', {
      statements: new LakeWorld({ monthsOfOne: 1 }).context('x').statements,
      sleep: async () => {
        order.push(...lake.world.base.running.map(({ id }) => id))
        lake.world.base.finish()
      },
    })
    await keepTable(newer, NOTE_TABLE, { wanted: 'fold' })
    expect(order[0]).toBe(running[0])
    expect(new Set(order).size).toBe(order.length)
    expect(lake.inBase()).toEqual(['m1.1', 'm2.1', 'm3.1'])
  })

  it('waits for a statement that the engine does not know yet, rather than start another beside it', async () => {
    const lake = openWorld()
    await lake.create('a')
    const { base } = lake.world
    let left = 6
    let looks = 0
    const sql = {
      start: base.start.bind(base),
      query: base.query.bind(base),
      execution: async (id: string) => (looks++ < 2 ? undefined : base.execution(id)),
    }
    const sleep = async () => base.finish()
    await keepTable(lake.world.context('k', { sql, sleep }), NOTE_TABLE, { wanted: 'fold' })
    expect(base.executions).toHaveLength(2)
    expect(lake.inBase()).toEqual(['a.1'])
    // One that is forgotten for good is begun again.
    await lake.create('b')
    const forgetful = {
      ...sql,
      execution: async (id: string) => (id === 'execution-3' ? undefined : base.execution(id)),
    }
    const remainingMs = () => left--
    await keepTable(lake.world.context('l', { sql: forgetful, sleep, remainingMs }), NOTE_TABLE, {
      wanted: 'fold',
    })
    lake.world.now += HOUR
    await keepTable(lake.world.context('m', { sql: forgetful, sleep }), NOTE_TABLE, { wanted: 'fold' })
    expect(lake.inBase()).toEqual(['a.1', 'b.1'])
  })

  it('goes on when a statement is refused, and waits when the engine is away', async () => {
    const lake = openWorld()
    await lake.create('a')
    let refusals = 1
    const sql = {
      execution: lake.world.base.execution.bind(lake.world.base),
      query: lake.world.base.query.bind(lake.world.base),
      async start(request: { readonly sql: string; readonly token: string }) {
        refusals -= 1
        if (refusals >= 0) throw new SqlError('failed', 'Not like this.')
        return lake.world.base.start(request)
      },
    }
    await keepTable(lake.world.context('k', { sql }), NOTE_TABLE, { wanted: 'fold' })
    expect(lake.inBase()).toEqual(['a.1'])
    await lake.create('b')
    const away = {
      ...sql,
      start: () => Promise.reject(new SqlError('unavailable', 'Nobody is there.')),
    }
    const outcome = await keepLake(lake.world.context('k', { sql: away }), NOTES_MODEL, { wanted: 'fold' })
    expect(outcome.failed).toEqual(['note'])
    expect(lake.manifest().lease).toMatchObject({ work: 'fold', statement: { failures: 0 } })
    expect(lake.seen()).toEqual(['a.1', 'b.1'])
  })
})
