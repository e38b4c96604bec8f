import { beforeEach, expect, it } from 'vitest'
import type { LakeManifest } from '../../src/ports/lakeManifests.js'
import { DEFAULT_KEEPER_SETTINGS } from '../../src/runtime/lake/keeperContext.js'
import { dueWork } from '../../src/runtime/lake/planWork.js'
import { advancePurges, startPurge } from '../../src/runtime/lake/purges.js'
import { MemoryManifests } from './memoryManifests.js'
import { diceOf, slowObjects } from './memoryObjects.js'

const { snapshotAgeMs, queryMs } = DEFAULT_KEEPER_SETTINGS
const HOUR = 60 * 60_000

let manifests: MemoryManifests
let objects: ReturnType<typeof slowObjects>
let now: number
let errors: string[]

const context = () => ({
  ...{ manifests, objects, settings: DEFAULT_KEEPER_SETTINGS, clock: { now: () => now } },
  random: { uuid: () => 'purge' },
  log: { debug() {}, info() {}, warn() {}, error: (message: string) => void errors.push(message) },
})
const manifest = () => manifests.of('note')
const change = (over: (one: LakeManifest) => LakeManifest) => manifests.update('note', over)
const step = () => manifest().purges?.[0]?.step
const advance = () => advancePurges(context(), 'note')
const due = () => dueWork(manifest(), DEFAULT_KEEPER_SETTINGS, now)
const snapshotFile = (id: string) => `base/note/metadata/snap-${id}-1-x.avro`
const batch = (generation: number) => ({
  ...{ key: `batches/note/_day=2026-11-21/b${generation}.parquet`, day: '2026-11-21', months: ['2026-11'] },
  ...{ rows: 1, bytes: 1, addedAt: now, generation },
})

beforeEach(async () => {
  manifests = new MemoryManifests()
  objects = slowObjects(diceOf(1), 0)
  now = Date.parse('2026-11-21T12:00:00Z')
  errors = []
  // A lake at rest: folded, packed and cleaned some time ago, with one batch that has the tombstone.
  const past = now - HOUR
  await change((one) => ({
    ...one,
    ...{ generation: 3, snapshot: '11', foldedAt: past, optimizedAt: past, vacuumedAt: past },
    batches: [batch(3)],
  }))
  await objects.put(snapshotFile('11'), new Uint8Array())
})

it('goes from the fold to the last file, and makes each work due on the way', async () => {
  await startPurge(context(), 'note', ['2025-03'])
  expect(await advance()).toEqual({ isFoldWanted: true })
  expect(step()).toBe('fold')

  // The fold ends; what has come since is none of its business.
  now += 1000
  await change((one) => ({ ...one, generation: 4, snapshot: '12', foldedAt: now, batches: [batch(4)] }))
  await objects.put(snapshotFile('12'), new Uint8Array())
  expect(await advance()).toEqual({ isFoldWanted: false })
  expect(step()).toBe('pack')
  expect(due()).toBe('optimize')
  expect(manifest().unpacked?.months).toEqual(['2025-03'])

  now += 1000
  await change(({ unpacked: _, ...one }) => ({ ...one, snapshot: '13', optimizedAt: now }))
  await objects.put(snapshotFile('13'), new Uint8Array())
  await advance()
  // Iceberg removes a file with the snapshot that took it out: there must be another one behind it.
  expect(step()).toBe('repack')
  expect(due()).toBe('optimize')
  expect(manifest().unpacked?.months).toEqual([])
  now += 1000
  await change(({ unpacked: _, ...one }) => ({ ...one, snapshot: '14', optimizedAt: now }))
  await objects.put(snapshotFile('14'), new Uint8Array())
  await advance()
  expect(step()).toBe('expire')
  expect([...(manifest().purges?.[0]?.snapshots ?? [])].sort()).toEqual(['11', '12', '13'])

  now += snapshotAgeMs
  await advance()
  expect(step()).toBe('expire')
  now += queryMs
  await advance()
  expect(step()).toBe('clean')
  expect(due()).toBe('vacuum')

  now += 1000
  for (const id of ['11', '12', '13']) await objects.delete(snapshotFile(id))
  await change((one) => ({ ...one, vacuumedAt: now }))
  await advance()
  expect(manifest().purges).toBeUndefined()
  expect(errors).toEqual([])
})

it('makes VACUUM due however seldom or often it runs', async () => {
  for (const vacuumEveryMs of [1, 30 * 24 * HOUR]) {
    const settings = { ...DEFAULT_KEEPER_SETTINGS, vacuumEveryMs }
    await startPurge(context(), 'note', [])
    const [purge] = manifest().purges ?? []
    const at = now - snapshotAgeMs - queryMs
    const waiting = { ...(purge as NonNullable<typeof purge>), step: 'expire', at } as const
    await change((one) => ({ ...one, batches: [], vacuumedAt: now, purges: [waiting] }))
    await advancePurges({ ...context(), settings }, 'note')
    expect(step()).toBe('clean')
    expect(dueWork(manifest(), settings, now)).toBe('vacuum')
  }
})

it('is not done while a fold works, or the base is ahead', async () => {
  await startPurge(context(), 'note', ['2025-03'])
  await change((one) => ({ ...one, batches: [], isBaseAhead: true }))
  await advance()
  expect(step()).toBe('fold')
  await change(({ isBaseAhead: _, ...one }) => ({ ...one, lease: { owner: 'a', work: 'fold', since: now } }))
  await advance()
  expect(step()).toBe('fold')
})

it('is not done when VACUUM has succeeded and deleted nothing, and says so', async () => {
  await startPurge(context(), 'note', ['2025-03'])
  const [purge] = manifest().purges ?? []
  await change((one) => ({
    ...one,
    snapshot: '13',
    vacuumedAt: now + 1,
    purges: [{ ...(purge as NonNullable<typeof purge>), step: 'clean', at: now, snapshots: ['11'] }],
  }))
  await advance()
  expect(step()).toBe('clean')
  expect(errors).toHaveLength(1)
  await objects.delete(snapshotFile('11'))
  await advance()
  expect(manifest().purges).toBeUndefined()
})

it('waits for another snapshot when packing again has made none', async () => {
  await startPurge(context(), 'note', ['2025-03'])
  const [purge] = manifest().purges ?? []
  await objects.put(snapshotFile('13'), new Uint8Array())
  await change((one) => ({
    ...one,
    ...{ snapshot: '13', optimizedAt: now + 1 },
    purges: [{ ...(purge as NonNullable<typeof purge>), step: 'repack', at: now, packed: '13' }],
  }))
  await advance()
  expect([...(manifest().purges?.[0]?.snapshots ?? [])].sort()).toEqual(['11', '13'])
  now += snapshotAgeMs + queryMs
  await advance()
  await objects.delete(snapshotFile('11'))
  now += 1000
  await change((one) => ({ ...one, vacuumedAt: now }))
  await advance()
  expect(step()).toBe('clean')
  expect(errors).toEqual([])
  // A fold makes one, and the next VACUUM takes the other away.
  await objects.delete(snapshotFile('13'))
  await change((one) => ({ ...one, snapshot: '14' }))
  await advance()
  expect(manifest().purges).toBeUndefined()
})

it('waits for retired objects, too', async () => {
  await startPurge(context(), 'note', ['2025-03'])
  const [purge] = manifest().purges ?? []
  const retired = [{ list: 'retired/note/1.json', objects: 1, bytes: 1, retiredAt: now - snapshotAgeMs - 1 }]
  await change((one) => ({
    ...one,
    ...{ vacuumedAt: now + 1, retired },
    purges: [{ ...(purge as NonNullable<typeof purge>), step: 'clean', at: now }],
  }))
  await advance()
  expect(step()).toBe('clean')
  await change((one) => ({ ...one, retired: [] }))
  await advance()
  expect(manifest().purges).toBeUndefined()
})

it('removes objects that nothing names, and is not done while others may hold the row', async () => {
  const object = (day: string, name: string) => `batches/note/_day=${day}/${name}.parquet`
  const [old, named, late, tomorrow] = [
    ...[object('2026-11-20', 'old'), object('2026-11-20', 'named')],
    ...[object('2026-11-21', 'late'), object('2026-11-22', 'tomorrow')],
  ] as [string, string, string, string]
  for (const key of [old, named]) await objects.put(key, new Uint8Array())
  await startPurge(context(), 'note', ['2025-03'])
  const [purge] = manifest().purges ?? []
  await change((one) => ({
    ...one,
    ...{ optimizedAt: now + 1, snapshot: '14', batches: [{ ...batch(4), key: named }] },
    purges: [{ ...(purge as NonNullable<typeof purge>), step: 'repack', at: now, packed: '13' }],
  }))
  await advance()
  expect(manifest().purges?.[0]).toMatchObject({ step: 'expire', leftovers: [old] })
  now += snapshotAgeMs + queryMs
  await advance()
  await objects.delete(snapshotFile('11'))
  await change((one) => ({ ...one, vacuumedAt: now + 1 }))
  for (const key of [late, tomorrow]) await objects.put(key, new Uint8Array())
  await advance()
  expect(await objects.exists(old)).toBe(false)
  expect(await objects.exists(named)).toBe(true)
  // Who knows whether it is about to be named? The sweep takes it if not.
  expect(step()).toBe('clean')
  await objects.delete(late)
  await advance()
  expect(manifest().purges).toBeUndefined()
  expect(await objects.exists(tomorrow)).toBe(true)
})

it('leaves alone what another keeper has moved on since it looked', async () => {
  await startPurge(context(), 'note', ['2025-03'])
  const [purge] = manifest().purges ?? []
  const at = now - snapshotAgeMs - queryMs
  await change(({ snapshot: _, ...one }) => ({
    ...one,
    ...{ batches: [], purges: [{ ...(purge as NonNullable<typeof purge>), step: 'expire', at }] },
  }))
  await objects.put('batches/note/_day=2026-11-20/old.parquet', new Uint8Array())
  // It has read `expire`, for which nothing needs to be listed, and finds `clean`.
  const slow = {
    read: (tables: readonly string[]) => manifests.read(tables),
    async update(...[table, over]: Parameters<MemoryManifests['update']>) {
      await advance()
      expect(step()).toBe('clean')
      return manifests.update(table, over)
    },
  }
  await advancePurges(
    { ...context(), manifests: { ...manifests, ...slow } as unknown as MemoryManifests },
    'note',
  )
  expect(step()).toBe('clean')
})
