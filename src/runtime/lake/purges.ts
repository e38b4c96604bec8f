import { batchesNames } from '../../model/lakeLayout.js'
import type { LakeManifest, LakePurge } from '../../ports/lakeManifests.js'
import type { KeeperContext } from './keeperContext.js'
import { leftoversOf, removeLeftovers, unnamedBatches } from './purgeLeftovers.js'
import { keysUnder } from './sweepObjects.js'

type Context = Pick<KeeperContext, 'manifests' | 'objects' | 'clock' | 'settings' | 'log'>

/** Old snapshots that a purge remembers; if one's files are gone, VACUUM may delete. */
const MAX_SNAPSHOTS = 100

/**
 * Begins to purge rows of a table that are gone from the project's table, and whose tombstones are in batches. `months` are those
 * of their `createdAt`. Answers the purge's id: it is done when the manifest has it no more.
 *
 * It has no statements of its own: it makes the folds, packings and cleanings due that take the rows out of every file.
 */
export async function startPurge(
  { manifests, clock, random }: Pick<KeeperContext, 'manifests' | 'clock' | 'random'>,
  table: string,
  months: readonly string[],
): Promise<string> {
  const id = random.uuid()
  await manifests.update(table, (one) => {
    const now = clock.now()
    const purge: LakePurge = {
      ...{ id, months, generation: one.generation, step: 'fold' },
      ...{ since: now, at: now },
    }
    return { ...one, purges: [...(one.purges ?? []), purge] }
  })
  return id
}

/** Takes a table's purges as far as they can go by now. Safe to call at any time, by many. */
export async function advancePurges(
  { manifests, objects, clock, settings, log }: Context,
  table: string,
): Promise<{ readonly isFoldWanted: boolean }> {
  const read = (await manifests.read([table])).get(table)
  if (!read?.purges) return { isFoldWanted: false }
  const isLookedAt = read.purges.some(({ step }) => step !== 'pack' && step !== 'expire')
  const stored = isLookedAt ? await storedSnapshots(objects, table) : new Set<string>()
  const unnamed = isLookedAt ? await unnamedBatches({ manifests, objects }, table) : []
  const held = new Set<string>()
  for (const purge of read.purges) {
    if (purge.step === 'clean' && (await removeLeftovers({ objects }, purge, unnamed)) > 0) held.add(purge.id)
  }
  for (const { step, at, snapshots = [] } of read.purges) {
    const isStuck = snapshots.some((id) => stored.has(id)) && !snapshots.includes(read.snapshot ?? '')
    if (step === 'clean' && (read.vacuumedAt ?? 0) > at && isStuck) {
      log.error('VACUUM has succeeded, and files of old snapshots are still there', { table })
    }
  }
  let done = 0
  const written = await manifests.update(table, (one) => {
    const next = advanced(one, { settings, now: clock.now(), read: read.purges ?? [], stored, unnamed, held })
    done = (one.purges?.length ?? 0) - (next?.purges?.length ?? 0)
    return next
  })
  if (written && done > 0) log.info('Rows are purged from the lake', { table, purges: done })
  const purges = (written ?? read).purges ?? []
  return { isFoldWanted: purges.some(({ step }) => step === 'fold') }
}

/** What a step of a purge goes by. */
interface Look {
  readonly settings: KeeperContext['settings']
  readonly now: number
  /** The purges as they were when this was looked up: others are left to the next time. */
  readonly read: readonly LakePurge[]
  /** Snapshots of which there are files. */
  readonly stored: ReadonlySet<string>
  /** Batch objects that no manifest names. */
  readonly unnamed: readonly string[]
  /** Purges whose row may be in one of them that could not be removed yet. */
  readonly held: ReadonlySet<string>
}

/** Ids of the snapshots whose lists of files are there: `base/{table}/metadata/snap-{id}-…`. */
async function storedSnapshots(objects: Context['objects'], table: string): Promise<ReadonlySet<string>> {
  const keys = await keysUnder(objects, batchesNames(table).basePrefix)
  return new Set(keys.flatMap((key) => /\/snap-(\d+)-[^/]*$/.exec(key)?.[1] ?? []))
}

/** Undefined when nothing has changed. */
function advanced(manifest: LakeManifest, look: Look): LakeManifest | undefined {
  const { settings, now } = look
  let next = manifest
  const purges: LakePurge[] = []
  for (const purge of manifest.purges ?? []) {
    const isKnown = look.read.some(({ id, step }) => id === purge.id && step === purge.step)
    const step = isKnown ? stepAfter(next, purge, look) : purge.step
    if (step === purge.step) {
      purges.push(purge)
      continue
    }
    if (step === 'pack') next = packDue(next, purge.months, settings, now)
    if (step === 'repack') next = packDue(next, [], settings, now)
    if (step === 'clean') next = cleaningDue(next, settings, now)
    if (step !== 'done') purges.push({ ...purge, ...remembered(step, purge, next, look), step, at: now })
  }
  const isSame =
    purges.length === manifest.purges?.length && purges.every((one, at) => one === manifest.purges?.[at])
  if (isSame) return undefined
  const { purges: _, ...rest } = next
  return purges.length > 0 ? { ...rest, purges } : rest
}

function stepAfter(
  manifest: LakeManifest,
  { id, step, generation, at, snapshots = [] }: LakePurge,
  { settings, now, stored, held }: Look,
): LakePurge['step'] | 'done' {
  const { batches, lease, isBaseAhead, snapshot, optimizedAt = 0, vacuumedAt = 0, retired } = manifest
  switch (step) {
    case 'fold': {
      const isFolded = !lease && !isBaseAhead && batches.every((one) => one.generation > generation)
      if (!isFolded) return 'fold'
      return snapshot === undefined ? 'expire' : 'pack'
    }
    case 'pack':
      // Packing that began before would not know of the fold: so its step began while nobody worked.
      return optimizedAt > at && !lease ? 'repack' : 'pack'
    case 'repack':
      return optimizedAt > at && !lease ? 'expire' : 'repack'
    case 'expire':
      // A VACUUM that has begun before would come too early.
      return now >= at + settings.snapshotAgeMs + settings.queryMs && !lease ? 'clean' : 'expire'
    case 'clean': {
      const isVacuumed = snapshot === undefined || vacuumedAt > at
      // Without the right to delete, VACUUM succeeds as well.
      if (held.has(id) || snapshots.some((one) => stored.has(one))) return 'clean'
      return isVacuumed && retired.every(({ retiredAt }) => retiredAt > at - settings.snapshotAgeMs)
        ? 'done'
        : 'clean'
    }
  }
}

/** Makes VACUUM due at once: as if the last one had been before the last change of the base, and long enough ago. */
function cleaningDue(manifest: LakeManifest, { vacuumEveryMs }: Look['settings'], now: number): LakeManifest {
  const { foldedAt = 0, optimizedAt = 0 } = manifest
  return { ...manifest, vacuumedAt: Math.min(now - vacuumEveryMs, Math.max(foldedAt, optimizedAt)) }
}

/** What the next step has to know of the objects there are. */
function remembered(
  step: LakePurge['step'],
  { packed }: LakePurge,
  { snapshot }: LakeManifest,
  { stored, unnamed }: Look,
): Pick<LakePurge, 'packed' | 'snapshots' | 'leftovers'> {
  if (step === 'repack') return snapshot === undefined ? {} : { packed: snapshot }
  if (step !== 'expire') return {}
  // The present one may stay, unless it is the one that took the file out: then it goes after the next fold.
  const old = [...stored].filter((id) => id !== snapshot || id === packed).slice(0, MAX_SNAPSHOTS)
  const snapshots = packed === undefined || old.includes(packed) ? old : [...old, packed]
  return { snapshots, ...leftoversOf(unnamed) }
}

/** Packing of no months makes another snapshot and nothing else. */
function packDue(
  manifest: LakeManifest,
  months: readonly string[],
  settings: KeeperContext['settings'],
  now: number,
): LakeManifest {
  const { unpacked } = manifest
  return {
    ...manifest,
    unpacked: {
      folds: Math.max(unpacked?.folds ?? 0, settings.packAfterFolds),
      months: [...new Set([...(unpacked?.months ?? []), ...months])].sort(),
      since: unpacked?.since ?? now,
    },
  }
}
