import { batchesNames, CHANGE_DAY } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { KeeperContext } from './keeperContext.js'
import { retiredKeys, retiredPrefix } from './retire.js'

/** Whoever has written an object names it within this time, or never will: no function runs for so long. */
const UNNAMED_MS = 24 * 60 * 60_000
const PAGE = 1000

/**
 * Removes objects that nobody has come to name: of a step that was fenced, or broke off. Once a day; answers how many.
 * They are listed before the manifest is read, so what is named by then stays.
 */
export async function sweepObjects(context: KeeperContext, table: LakeTable): Promise<number> {
  const { manifests, objects, clock, settings, log } = context
  const now = clock.now()
  const before = (await manifests.read([table.name])).get(table.name)
  if (!before || before.version === 0 || now - (before.sweptAt ?? 0) < settings.sweepEveryMs) return 0
  // A rebuild names its objects when it has written them all, and of very many items that may take days.
  if (before.lease?.work === 'rebuild') return 0
  const batches = (await keysUnder(objects, batchesNames(table.name).batchesPrefix)).filter((key) =>
    isOldBatch(key, now),
  )
  const lists = (await keysUnder(objects, retiredPrefix(table.name))).filter((key) => isOldList(key, now))
  const named = await namedKeys(context, table)
  const orphans = [...batches, ...lists].filter((key) => !named.has(key))
  if (orphans.length > 0) {
    await objects.deleteMany(orphans)
    log.info('Objects that nothing named are removed', { table: table.name, objects: orphans.length })
  }
  await manifests.update(table.name, (one) => ({ ...one, sweptAt: now }))
  return orphans.length
}

/** Keys of all objects that the manifest names: batches, retired ones, and the lists of those. */
export async function namedKeys(
  { manifests, objects }: Pick<KeeperContext, 'manifests' | 'objects'>,
  table: LakeTable,
): Promise<ReadonlySet<string>> {
  const manifest = (await manifests.read([table.name])).get(table.name)
  const named = new Set(manifest?.batches.map(({ key }) => key))
  for (const group of manifest?.retired ?? []) {
    named.add(group.list)
    for (const key of await retiredKeys(objects, group)) named.add(key)
  }
  return named
}

export async function keysUnder(
  objects: Pick<KeeperContext['objects'], 'list'>,
  prefix: string,
): Promise<string[]> {
  const keys: string[] = []
  let start: string | undefined
  do {
    const page = await objects.list({ prefix, limit: PAGE, ...(start !== undefined && { start }) })
    keys.push(...page.objects.map(({ key }) => key))
    start = page.next
  } while (start !== undefined)
  return keys
}

/** The key tells the day on which an object was written: the whole of it must be over for long enough. */
function isOldBatch(key: string, now: number): boolean {
  const day = /\/_day=(\d{4}-\d{2}-\d{2})\//.exec(key)?.[1]
  return day !== undefined && key.includes(`/${CHANGE_DAY}=`) && Date.parse(day) + 2 * UNNAMED_MS <= now
}

function isOldList(key: string, now: number): boolean {
  const millis = Number(/\/(\d+)-[^/]*\.json$/.exec(key)?.[1])
  return millis + UNNAMED_MS <= now
}
