import { parquetBatches } from '../../lake/batchFormat.js'
import { type BatchRow, newestRows } from '../../lake/batchRow.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeBatch, LakeManifest } from '../../ports/lakeManifests.js'
import { inParallel } from '../inParallel.js'
import type { KeeperSettings, MergeContext } from './keeperContext.js'
import { storeRetired } from './retire.js'
import { storeBatch } from './storeBatch.js'

/** Objects that are read at the same time. */
const READS_AT_ONCE = 16

/**
 * Puts one batch in the place of several small ones, with the newest row or tombstone of each key. It needs no lease: it
 * changes nothing that a query sees, and leaves alone what a fold is working on.
 *
 * Answers how many batches it merged: 0 when there are not enough of a size, or when somebody else was faster. `leastFanIn`
 * is for a list that is full.
 */
export async function mergeBatches(
  context: MergeContext,
  table: LakeTable,
  { leastFanIn }: { readonly leastFanIn?: number } = {},
): Promise<number> {
  const { manifests, objects, formatOf = parquetBatches } = context
  const manifest = (await manifests.read([table.name])).get(table.name)
  const settings = { ...context.settings, ...(leastFanIn !== undefined && { mergeFanIn: leastFanIn }) }
  const inputs = manifest ? batchesToMerge(manifest, settings) : []
  if (inputs.length === 0) return 0
  const format = formatOf(table)
  const read: (readonly BatchRow[])[] = []
  let isComplete = true
  await inParallel(inputs.entries(), READS_AT_ONCE, async ([at, { key }]) => {
    const bytes = await objects.get(key)
    if (bytes) read[at] = await format.decode(bytes)
    else isComplete = false
  })
  // One of them has been merged and removed by somebody else meanwhile.
  if (!isComplete) return 0
  // It counts as added with the first of them: who waits until that is folded waits for this.
  const generation = Math.min(...inputs.map((one) => one.generation))
  const merged = await storeBatch(context, table.name, { rows: newestRows(read.flat()), format, generation })
  // Freshness and dirtiness go by the oldest row.
  const addedAt = Math.min(...inputs.map((one) => one.addedAt))
  const retired = await storeRetired(context, table.name, inputs)
  const written = await manifests.update(table.name, (one) =>
    replaced(one, inputs, { ...merged, addedAt }, retired),
  )
  return written ? inputs.length : 0
}

function replaced(
  manifest: LakeManifest,
  inputs: readonly LakeBatch[],
  merged: LakeBatch,
  retired: LakeManifest['retired'][number],
): LakeManifest | undefined {
  const keys = new Set(inputs.map(({ key }) => key))
  const there = manifest.batches.filter(({ key }) => keys.has(key))
  const fence = manifest.lease?.fence ?? 0
  // A fold that has begun since reads the inputs themselves.
  if (there.length < inputs.length || inputs.some(({ generation }) => generation < fence)) return undefined
  const [first] = there
  return {
    ...manifest,
    // Whoever tries to add one of the inputs again, not knowing that it was added, must not get it in.
    generation: manifest.generation + 1,
    batches: manifest.batches.flatMap((one) => (one === first ? [merged] : keys.has(one.key) ? [] : [one])),
    retired: [...manifest.retired, retired],
  }
}

/** Sizes of batches go by powers of this: a row is written again as often as its batch has grown so much. */
const TIER = 8
/** Most batches of one merge. */
const MAX_INPUTS = 64

/** The smallest batches of about one size, if there are enough of them and no fold works on them. */
export function batchesToMerge(
  { batches, lease }: LakeManifest,
  { mergeFanIn, mergeRows, mergeBytes }: Pick<KeeperSettings, 'mergeFanIn' | 'mergeRows' | 'mergeBytes'>,
): readonly LakeBatch[] {
  const tiers = new Map<number, LakeBatch[]>()
  for (const batch of batches) {
    if (batch.generation < (lease?.fence ?? 0) || batch.rows > mergeRows || batch.bytes > mergeBytes) continue
    const tier = Math.floor(Math.log(Math.max(1, batch.rows)) / Math.log(TIER))
    tiers.set(tier, [...(tiers.get(tier) ?? []), batch])
  }
  for (const tier of [...tiers.keys()].sort((one, other) => one - other)) {
    const found = fitting(tiers.get(tier) as LakeBatch[], mergeRows, mergeBytes)
    if (found.length >= Math.max(2, mergeFanIn)) return found
  }
  return []
}

/** As many as fit into memory: all of their rows are there at once. */
function fitting(batches: readonly LakeBatch[], mostRows: number, mostBytes: number): LakeBatch[] {
  const found: LakeBatch[] = []
  let rows = 0
  let bytes = 0
  for (const batch of batches.slice(0, MAX_INPUTS)) {
    rows += batch.rows
    bytes += batch.bytes
    if (rows > mostRows || bytes > mostBytes) break
    found.push(batch)
  }
  return found
}
