import type { LakeBatch, RetiredBatches } from '../../ports/lakeManifests.js'
import type { KeeperContext, MergeContext } from './keeperContext.js'

/** First part of the keys of a table's lists of retired objects. */
export function retiredPrefix(table: string): string {
  return `retired/${table}/`
}

/**
 * Writes down which objects are about to be retired. Only the manifest that names the list retires them: without that it
 * means nothing, and is swept away.
 */
export async function storeRetired(
  { objects, clock, random }: Pick<MergeContext, 'objects' | 'clock' | 'random'>,
  table: string,
  batches: readonly LakeBatch[],
): Promise<RetiredBatches> {
  const retiredAt = clock.now()
  const list = `${retiredPrefix(table)}${retiredAt}-${random.uuid()}.json`
  const keys = batches.map(({ key }) => key)
  await objects.put(list, new TextEncoder().encode(JSON.stringify(keys)))
  return { list, objects: keys.length, bytes: batches.reduce((sum, { bytes }) => sum + bytes, 0), retiredAt }
}

/** Keys of the objects that a group retires; none when its list has gone, as it goes after them. */
export async function retiredKeys(
  objects: Pick<KeeperContext['objects'], 'get'>,
  { list }: Pick<RetiredBatches, 'list'>,
): Promise<readonly string[]> {
  const bytes = await objects.get(list)
  return bytes === undefined ? [] : (JSON.parse(new TextDecoder().decode(bytes)) as string[])
}

/** Removes the objects that no running query can read any more. Safe to repeat. */
export async function removeRetired(
  {
    manifests,
    objects,
    clock,
    settings,
  }: Pick<KeeperContext, 'manifests' | 'objects' | 'clock' | 'settings'>,
  table: string,
): Promise<number> {
  const manifest = (await manifests.read([table])).get(table)
  const due = (manifest?.retired ?? []).filter(({ retiredAt }) => clock.now() - retiredAt >= settings.queryMs)
  if (due.length === 0) return 0
  let removed = 0
  for (const group of due) {
    const keys = await retiredKeys(objects, group)
    await objects.deleteMany(keys)
    removed += keys.length
  }
  await objects.deleteMany(due.map(({ list }) => list))
  const gone = new Set(due.map(({ list }) => list))
  await manifests.update(table, (one) =>
    one.retired.some(({ list }) => gone.has(list))
      ? { ...one, retired: one.retired.filter(({ list }) => !gone.has(list)) }
      : undefined,
  )
  return removed
}
