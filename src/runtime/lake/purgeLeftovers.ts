import { batchesNames, CHANGE_DAY } from '../../model/lakeLayout.js'
import type { LakePurge } from '../../ports/lakeManifests.js'
import { systemTime } from '../times.js'
import type { KeeperContext } from './keeperContext.js'
import { retiredKeys } from './retire.js'
import { keysUnder } from './sweepObjects.js'

type Context = Pick<KeeperContext, 'manifests' | 'objects'>

/** Objects that a purge remembers. If a step that breaks off leaves more, the daily sweep takes the others. */
const MAX_REMEMBERED = 100

/**
 * Keys of batch objects that no manifest names: of a projector, a merge or a rebuild that was fenced or broke off, or has
 * not yet come to name them. They are listed before the manifest is read, so what was named in between is none of them.
 */
export async function unnamedBatches({ manifests, objects }: Context, table: string): Promise<string[]> {
  const keys = await keysUnder(objects, batchesNames(table).batchesPrefix)
  if (keys.length === 0) return []
  const manifest = (await manifests.read([table])).get(table)
  const named = new Set(manifest?.batches.map(({ key }) => key))
  for (const group of manifest?.retired ?? []) {
    for (const key of await retiredKeys(objects, group)) named.add(key)
  }
  return keys.filter((key) => !named.has(key))
}

/** What of them a manifest has room for. */
export function leftoversOf(unnamed: readonly string[]): Pick<LakePurge, 'leftovers'> {
  return unnamed.length === 0 ? {} : { leftovers: unnamed.slice(0, MAX_REMEMBERED) }
}

/**
 * Removes those that a purge remembers and that are still not named: a fold has fenced whoever wrote them, and no function runs
 * for so long. Answers how many others may hold a value of its row: those of days up to the one on which its cleaning began.
 */
export async function removeLeftovers(
  { objects }: Pick<Context, 'objects'>,
  { leftovers = [], at }: LakePurge,
  unnamed: readonly string[],
): Promise<number> {
  const known = new Set(leftovers)
  const gone = unnamed.filter((key) => known.has(key))
  if (gone.length > 0) await objects.deleteMany(gone)
  const lastDay = systemTime(at).slice(0, 10)
  return unnamed.filter((key) => !known.has(key) && dayOf(key) <= lastDay).length
}

function dayOf(key: string): string {
  return new RegExp(`/${CHANGE_DAY}=(\\d{4}-\\d{2}-\\d{2})/`).exec(key)?.[1] ?? ''
}
