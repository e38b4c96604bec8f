import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeManifest } from '../../ports/lakeManifests.js'
import { advanceWork, beginWork, type WorkState } from './baseWork.js'
import type { KeeperContext } from './keeperContext.js'
import { mergeBatches } from './mergeBatches.js'
import { dueWork } from './planWork.js'
import { removeRetired } from './retire.js'
import { sweepObjects } from './sweepObjects.js'

export interface KeepOptions {
  /** Folds what there is now, whatever its age. */
  readonly wanted?: 'fold'
}

export interface KeepOutcome {
  /** False when work is still under way. */
  readonly isDone: boolean
  readonly merged: number
  readonly removed: number
}

/**
 * Looks after a table: merges small batches, takes the next steps of the work on the base as long as there is time, begins
 * what is due, removes what no query reads any more. Any number of keepers may do so at the same time.
 */
export async function keepTable(
  context: KeeperContext,
  table: LakeTable,
  { wanted }: KeepOptions = {},
): Promise<KeepOutcome> {
  const { inTurn = (work) => work() } = context
  const merge = () => inTurn(() => mergeBatches(context, table))
  const hasTime = () => (context.remainingMs?.() ?? Number.POSITIVE_INFINITY) > context.settings.reservedMs
  let merged = 0
  for (let one = -1; one !== 0 && hasTime(); merged += one) one = await merge()
  const { generation } = await manifestOf(context, table)
  const isWanted = ({ batches }: LakeManifest) =>
    wanted === 'fold' && batches.some((one) => one.generation <= generation)
  let state: WorkState = 'moved'
  while (state !== 'idle' && hasTime()) {
    const manifest = await manifestOf(context, table)
    state = await step(context, table, manifest, isWanted(manifest))
    if (state === 'waiting') {
      // New batches come in all the while, and their list has an end.
      merged += await merge()
      await context.sleep(context.settings.pollMs)
    }
  }
  const removed = hasTime() ? await removeRetired(context, table.name) : 0
  if (hasTime()) await sweepObjects(context, table)
  return { isDone: state === 'idle', merged, removed }
}

/** Takes one step on the base, whatever has to be done next. */
export async function step(
  context: KeeperContext,
  table: LakeTable,
  manifest: LakeManifest,
  isWanted = false,
): Promise<WorkState> {
  const { lease } = manifest
  if (lease?.work === 'rebuild') return endRebuild(context, table, manifest)
  if (lease) return advanceWork(context, table, manifest, lease)
  const work = dueWork(manifest, context.settings, context.clock.now(), isWanted)
  return work ? beginWork(context, table, work, manifest.unpacked?.months) : 'idle'
}

/** Drops the lease of a rebuild that has ended without a word. It has changed nothing that queries see. */
async function endRebuild(
  { manifests, clock, log }: KeeperContext,
  table: LakeTable,
  { lease }: LakeManifest,
): Promise<WorkState> {
  if ((lease?.until ?? 0) > clock.now()) return 'idle'
  const dropped = await manifests.update(table.name, (one) => {
    if (one.lease?.owner !== lease?.owner || one.lease?.until !== lease?.until) return undefined
    const { lease: _, ...rest } = one
    return rest
  })
  if (dropped) log.warn('A rebuild has not come to its end', { table: table.name })
  return 'moved'
}

export async function manifestOf(
  { manifests }: Pick<KeeperContext, 'manifests'>,
  table: LakeTable,
): Promise<LakeManifest> {
  return (await manifests.read([table.name])).get(table.name) as LakeManifest
}
