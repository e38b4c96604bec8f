import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import { hostStats } from '../../src/host/hostStats.js'
import { runMaintenance } from '../../src/host/maintenance/runMaintenance.js'
import type { MaintenanceWork } from '../../src/host/maintenance/work.js'
import { openHost } from '../../src/host/openHost.js'
import type { Json } from '../../src/model/json.js'
import { createMetrics } from '../../src/server/metrics.js'
import { entityItem, newFolder, put, removeFolder, SHOP } from './testShop.js'

let folder: string

beforeEach(async () => {
  folder = await newFolder()
  const store = await openStore(folder)
  await put(store, entityItem('user', 'u1', { age: 1 }), entityItem('user', 'u2', { age: 2 }))
  await store.close()
})

afterEach(() => removeFolder(folder))

function run(work: MaintenanceWork, project = async () => SHOP): Promise<Json> {
  return runMaintenance({ folder, work, project })
}

const noProject = () => Promise.reject(new Error('the running host has the model'))

async function requests() {
  const store = await openStore(folder)
  const all = store.maintenance.list()
  await store.close()
  return all
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; !(await holds()) && performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('work on a folder', () => {
  it('is done without a host, and leaves nothing behind', async () => {
    const status = await run({ kind: 'status' })
    expect(status).toMatchObject({
      tables: [{ table: 'user', rows: 2, hotShare: 0 }, { table: 'product', rows: 0 }, { table: 'likes' }],
      sql: { lagRecords: 0, lagSeconds: 0 },
      published: { files: 0 },
    })
    expect(await run({ kind: 'verify' })).toMatchObject({ clean: true })
    expect(await requests()).toEqual([])
  })

  it('is done by the host that runs, one after the other', async () => {
    const host = await openHost({ project: SHOP, folder })
    try {
      const outcomes = await Promise.all([
        run({ kind: 'rebuild' }, noProject),
        run({ kind: 'verify' }, noProject),
        run({ kind: 'rebuild' }, noProject),
        run({ kind: 'status' }, noProject),
      ])
      expect(outcomes).toMatchObject([
        { rows: 2, tables: 3 },
        { clean: true },
        { rows: 2 },
        { tables: [{ rows: 2 }, {}, {}] },
      ])
      expect(host.sql.stats().image?.rewrites).toBe(2)
      const metrics = await createMetrics().render(await hostStats(host).read())
      expect(metrics).toMatch(/^ocg_image_bytes [1-9]\d+$/m)
      expect(metrics).toMatch(/^ocg_image_ideal_bytes [1-9]\d+$/m)
      expect(metrics).toMatch(/^ocg_image_rewrites 2$/m)
      expect(await requests()).toEqual([])
    } finally {
      await host.close()
    }
  })

  it('is finished by the host when whoever asked has been killed', async () => {
    const host = await openHost({ project: SHOP, folder })
    try {
      const id = await host.store.maintenance.submit({ kind: 'rebuild' })
      await until(() => host.store.maintenance.get(id)?.state === 'done')
      expect(host.store.maintenance.get(id)).toMatchObject({ state: 'done', outcome: { rows: 2 } })
    } finally {
      await host.close()
    }
  })

  it('is forgotten some time after its end when nobody asks for the outcome', async () => {
    let later = 0
    const host = await openHost({ project: SHOP, folder, clock: { now: () => Date.now() + later } })
    try {
      const id = await host.store.maintenance.submit({ kind: 'status' })
      await until(() => host.store.maintenance.get(id)?.state === 'done')
      expect(host.store.maintenance.get(id)?.state).toBe('done')
      later = 11 * 60_000
      await until(() => host.store.maintenance.get(id) === undefined)
      expect(host.store.maintenance.list()).toEqual([])
    } finally {
      await host.close()
    }
  })

  it('leaves no outcome behind a purge that may name the row', async () => {
    const host = await openHost({ project: SHOP, folder })
    try {
      const { maintenance } = host.store
      const id = await maintenance.submit({ kind: 'verify' })
      await until(() => maintenance.get(id)?.state === 'done')
      await new Promise((resolve) => setTimeout(resolve, 1100))
      expect(maintenance.list()).toHaveLength(1)
      expect(await run({ kind: 'purge', table: 'user', id: 'u1' }, noProject)).toMatchObject({ found: true })
      expect(maintenance.list()).toEqual([])
    } finally {
      await host.close()
    }
  })

  it('that is refused is told to whoever asked, and is no error of the host', async () => {
    const logged: string[] = []
    const write = (level: string) => (message: string) => logged.push(`${level}: ${message}`)
    const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
    const host = await openHost({ project: SHOP, folder, log })
    try {
      const asked = run({ kind: 'purge', table: 'usr', id: 'u1' }, noProject)
      await expect(asked).rejects.toMatchObject({
        code: 'BadInput',
        message: expect.stringContaining('user'),
      })
      expect(logged.filter((line) => line.startsWith('error'))).toEqual([])
      expect(logged).toContain('info: Work on the lake was refused')
    } finally {
      await host.close()
    }
  })

  it('is taken up by the next host when one closes meanwhile', async () => {
    const host = await openHost({ project: SHOP, folder })
    const pid = host.sql.workerPid() as number
    // Of two rows it would be done before the host has closed.
    process.kill(pid, 'SIGSTOP')
    const id = await host.store.maintenance.submit({ kind: 'rebuild' })
    await until(() => host.store.maintenance.get(id)?.state === 'running')
    const closing = host.close()
    await until(() => host.store.maintenance.get(id)?.state === 'waiting')
    process.kill(pid, 'SIGCONT')
    await closing
    expect(await requests()).toMatchObject([{ id, state: 'waiting', work: { kind: 'rebuild' } }])
    const next = await openHost({ project: SHOP, folder })
    try {
      await until(() => next.store.maintenance.get(id)?.state === 'done')
      expect(next.store.maintenance.get(id)?.state).toBe('done')
    } finally {
      await next.close()
    }
  })

  it('is told as failed when the host was killed, to whoever waits and to the next host', async () => {
    const store = await openStore(folder)
    await store.hostLock.claim()
    const asked = run({ kind: 'rebuild' }, noProject)
    await until(() => store.maintenance.list().length === 1)
    const [request] = store.maintenance.list()
    const id = request?.id as string
    expect(await store.maintenance.take(id)).toEqual({ kind: 'rebuild' })
    // What is asked for is no longer in the store.
    expect(store.maintenance.get(id)).toEqual({ id, state: 'running', changedAt: expect.any(Number) })
    await store.hostLock.release()
    await expect(asked).rejects.toMatchObject({
      code: 'Internal',
      message: expect.stringContaining('run the same command again'),
    })
    const left = await store.maintenance.submit({ kind: 'rebuild' })
    await store.maintenance.take(left)
    await store.close()
    const host = await openHost({ project: SHOP, folder })
    try {
      await until(() => host.store.maintenance.get(left)?.state === 'failed')
      expect(host.store.maintenance.get(left)).toMatchObject({ state: 'failed' })
      expect(host.sql.stats().image?.rewrites ?? 0).toBe(0)
    } finally {
      await host.close()
    }
  })
})
