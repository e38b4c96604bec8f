import { sha256Hex } from '../../model/keys.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeBatch, LakeLease, LakeManifest } from '../../ports/lakeManifests.js'
import type { KeeperSettings, MaintenanceStatements } from './keeperContext.js'

/** Work that keepers do, each as a row of statements. */
export type StatementWork = 'fold' | 'optimize' | 'vacuum'

/** Batches that a fold takes: those whose items were read before it began. */
export function foldedBatches({ batches, lease }: LakeManifest): readonly LakeBatch[] {
  return batches.filter(({ generation }) => generation < (lease?.fence ?? 0))
}

/** The statements of the work under way, one after the other; the same as long as the work goes on. */
export function workStatements(
  statements: MaintenanceStatements,
  table: LakeTable,
  manifest: LakeManifest,
  lease: LakeLease,
): readonly string[] {
  switch (lease.work) {
    case 'fold': {
      const batches = foldedBatches(manifest)
      // What the base holds without a snapshot that counts is left from a fold that didn't end, or from before a rebuild.
      const before = manifest.snapshot === undefined ? statements.clear(table, manifest) : []
      return [...before, ...(batches.length > 0 ? statements.merge(table, batches) : [])]
    }
    case 'optimize':
      return statements.optimize(table, lease.months ?? [])
    case 'vacuum':
      return [statements.vacuum(table)]
    case 'rebuild':
      return []
  }
}

/** Tells plans apart that other code has made. */
export function planHash(statements: readonly string[]): string {
  return sha256Hex(JSON.stringify(statements)).slice(0, 16)
}

/** Longest pause after work was given up, in milliseconds. */
const LONGEST_TROUBLE_MS = 60 * 60_000

function pauseMs(times: number, { troubleMs }: Pick<KeeperSettings, 'troubleMs'>): number {
  return Math.min(LONGEST_TROUBLE_MS, troubleMs * 2 ** (times - 1))
}

/**
 * The work that is due on a table, undefined for none. The rare goes first: folds are due all the time. `isWanted`: what there
 * is to fold is to be folded now, whatever its age.
 */
export function dueWork(
  manifest: LakeManifest,
  settings: KeeperSettings,
  now: number,
  isWanted = false,
): StatementWork | undefined {
  const { trouble, unpacked, isBaseAhead, batches, snapshot } = manifest
  const pausing = trouble && now < trouble.at + pauseMs(trouble.times, settings) ? trouble.work : undefined
  if (pausing === 'fold' && !isWanted) return undefined
  // Until the manifest shows what the base is, nothing else may touch it: its snapshot could be one that VACUUM removes.
  if (isBaseAhead) return 'fold'
  if (isWanted && batches.length > 0) return 'fold'
  // Upkeep that fails again and again holds up no fold: their list has an end.
  if (pausing !== undefined) return isFoldDue(batches, settings, now) ? 'fold' : undefined
  if (snapshot !== undefined && unpacked) {
    const { folds, since } = unpacked
    if (folds >= settings.packAfterFolds || now - since >= settings.packAfterMs) return 'optimize'
  }
  // After packing, since that supersedes files too.
  if (snapshot !== undefined && isVacuumDue(manifest, settings, now)) return 'vacuum'
  return isFoldDue(batches, settings, now) ? 'fold' : undefined
}

function isVacuumDue(
  { foldedAt = 0, optimizedAt = 0, vacuumedAt = 0, vacuumAfter = 0 }: LakeManifest,
  settings: KeeperSettings,
  now: number,
): boolean {
  // A snapshot that was superseded after the last time, or shortly before, is still there.
  const isDirty = Math.max(foldedAt, optimizedAt) + settings.snapshotAgeMs > vacuumedAt
  return isDirty && now >= vacuumedAt + settings.vacuumEveryMs && now >= vacuumAfter
}

function isFoldDue(batches: readonly LakeBatch[], settings: KeeperSettings, now: number): boolean {
  if (batches.length === 0) return false
  const oldest = Math.min(...batches.map(({ addedAt }) => addedAt))
  return (
    now - oldest >= settings.foldAfterMs ||
    sumOf(batches, 'rows') >= settings.foldRows ||
    sumOf(batches, 'bytes') >= settings.foldBytes
  )
}

function sumOf(batches: readonly LakeBatch[], field: 'rows' | 'bytes'): number {
  return batches.reduce((sum, one) => sum + one[field], 0)
}
