import type { ModelSlice } from '../../model/functions.js'
import { type LakeTable, lakeTables } from '../../model/lakeSchema.js'
import type { LakeManifest } from '../../ports/lakeManifests.js'
import { inParallel } from '../inParallel.js'
import type { KeeperContext } from './keeperContext.js'
import { type KeepOptions, keepTable } from './keepTable.js'
import { batchesToMerge } from './mergeBatches.js'
import { dueWork } from './planWork.js'
import { advancePurges } from './purges.js'

/** Tables that are looked after at the same time. */
const TABLES_AT_ONCE = 8

export interface LakeKept {
  /** Tables with something to do. */
  readonly tables: number
  /** Those that failed; the log says why. The others were looked after. */
  readonly failed: readonly string[]
  /** Batches that wait to be folded, of all tables, and the age of the oldest in milliseconds, for metrics. */
  readonly waiting: number
  readonly oldestMs: number
  /** Batches of the table that has the most. */
  readonly longest: number
  /** Work that was given up and not yet done since. */
  readonly troubled: readonly string[]
}

/**
 * Looks after all tables of a lake. To be called every minute: it reads the manifests, and works only on tables with something
 * to do. Safe to call at any time, by many.
 */
export async function keepLake(
  context: KeeperContext,
  model: Pick<ModelSlice, 'entities' | 'joinTables' | 'valueTypes'>,
  options: KeepOptions & { readonly only?: readonly string[] } = {},
): Promise<LakeKept> {
  const { only } = options
  const tables = lakeTables(model).filter(({ name }) => only?.includes(name) ?? true)
  const manifests = await manifestsOf(context, tables)
  const now = context.clock.now()
  const failed: string[] = []
  const inTurn = turns()
  const dirty = tables.filter(({ name }) =>
    hasWork(context, manifests.get(name) as LakeManifest, now, options),
  )
  await inParallel(dirty, TABLES_AT_ONCE, async (table) => {
    try {
      const { isFoldWanted } = await advancePurges(context, table.name)
      await keepTable({ ...context, inTurn }, table, isFoldWanted ? { ...options, wanted: 'fold' } : options)
      await advancePurges(context, table.name)
    } catch (error) {
      failed.push(table.name)
      context.log.error('A table of the lake could not be looked after', { table: table.name, error })
    }
  })
  const batches = [...manifests.values()].flatMap((one) => one.batches)
  return {
    tables: dirty.length,
    failed,
    waiting: batches.length,
    longest: [...manifests.values()].reduce((most, one) => Math.max(most, one.batches.length), 0),
    oldestMs: batches.reduce((most, { addedAt }) => Math.max(most, now - addedAt), 0),
    troubled: tables.filter(({ name }: LakeTable) => manifests.get(name)?.trouble).map(({ name }) => name),
  }
}

/**
 * Each by itself: nothing here needs them as of one moment, which costs twice as much, and which the manifests of many tables
 * with much to do would be too large for.
 */
async function manifestsOf(
  { manifests }: KeeperContext,
  tables: readonly LakeTable[],
): Promise<ReadonlyMap<string, LakeManifest>> {
  const found = new Map<string, LakeManifest>()
  await inParallel(tables, TABLES_AT_ONCE, async ({ name }) => {
    for (const [table, manifest] of await manifests.read([name])) found.set(table, manifest)
  })
  return found
}

/** Runs one piece of work after the other. */
function turns(): NonNullable<KeeperContext['inTurn']> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}

function hasWork(
  { settings }: KeeperContext,
  manifest: LakeManifest,
  now: number,
  { wanted }: KeepOptions,
): boolean {
  return (
    manifest.lease !== undefined ||
    manifest.purges !== undefined ||
    manifest.retired.some(({ retiredAt }) => now - retiredAt >= settings.queryMs) ||
    batchesToMerge(manifest, settings).length > 0 ||
    (manifest.version > 0 && now - (manifest.sweptAt ?? 0) >= settings.sweepEveryMs) ||
    dueWork(manifest, settings, now, wanted === 'fold') !== undefined
  )
}
