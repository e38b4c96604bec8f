import { parquetBatches } from '../../lake/batchFormat.js'
import { type BatchRow, batchRowMaker } from '../../lake/batchRow.js'
import { UnfitItemError } from '../../lake/unfitItemError.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { Item, ItemTable, PageStart } from '../../ports/itemTable.js'
import type { LakeBatch, LakeManifest } from '../../ports/lakeManifests.js'
import type { KeeperSettings, MergeContext } from './keeperContext.js'
import { storeRetired } from './retire.js'
import { storeBatch } from './storeBatch.js'

export interface RebuildContext
  extends Pick<MergeContext, 'manifests' | 'objects' | 'clock' | 'random' | 'log' | 'formatOf'> {
  readonly items: Pick<ItemTable, 'scan'>
  readonly settings: Pick<KeeperSettings, 'queryMs'>
  readonly sleep: (milliseconds: number) => Promise<void>
}

export interface RebuildOptions {
  readonly onProgress?: (step: 'waiting' | 'reading', done: number) => void
  /** Most rows of an object. Default 50,000. */
  readonly rowsOfBatch?: number
  /** Most bytes of an object's items, as JSON. Default 32 MiB. */
  readonly bytesOfBatch?: number
  /** Most objects of a table. Default 2,000. */
  readonly mostBatches?: number
  /** How long the lease lives without a sign of life, in milliseconds. Default 10 minutes. */
  readonly leaseMs?: number
}

export interface Rebuilt {
  readonly tables: number
  readonly rows: number
  /** Items that their tables can't hold: SQL shows no row of them. */
  readonly unfit: number
}

/** Another work on a table, or somebody's rebuild, has lasted for too long, or this one was taken for dead. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError'
}

const PAGE_ITEMS = 1000
/** Objects of a table that one manifest and the statement that folds them have room for, in an item of 400 KB. */
const MOST_BATCHES = 2000
const WAIT_MS = 2000
/** A fold takes minutes; nobody waits for hours. */
const MAX_WAIT_MS = 45 * 60_000

/**
 * Makes the lake again from the table, while everything runs. Statements see the old lake until all tables are read, and then
 * the new one of each table at once.
 *
 * First the fence: batches whose items were read before count no more in the end. Then every item is read as it is, and what
 * changes from the fence on comes as batches of its own, whose rows are newer. In the end one write a table puts these and
 * the read rows in the place of all else; the base counts for nothing until the next fold fills it again.
 *
 * Throws `RebuildError`, `StoreError`; nothing has changed then for tables that were not finished.
 */
export async function rebuildLake(
  context: RebuildContext,
  tables: readonly LakeTable[],
  options: RebuildOptions = {},
): Promise<Rebuilt> {
  const { leaseMs = 10 * 60_000, onProgress } = options
  const owner = context.random.uuid()
  const makers = new Map<string, TableRebuild>()
  try {
    for (const table of tables) {
      const generation = await takeLease(context, table, owner, leaseMs, onProgress)
      makers.set(table.name, tableRebuild(context, table, generation, options))
    }
    let renewed = context.clock.now()
    let read = 0
    for await (const item of allItems(context.items)) {
      await makers.get(String(item.entityType))?.add(item)
      read += 1
      if (read % 100 === 0) onProgress?.('reading', read)
      if (context.clock.now() - renewed < leaseMs / 4) continue
      renewed = context.clock.now()
      for (const name of makers.keys()) await renew(context, name, owner, renewed + leaseMs)
    }
    let rows = 0
    let unfit = 0
    for (const [name, maker] of makers) {
      const batches = await maker.finish()
      await swapIn(context, name, owner, maker.generation, batches)
      rows += batches.reduce((sum, one) => sum + one.rows, 0)
      unfit += maker.unfit()
    }
    return { tables: makers.size, rows, unfit }
  } catch (error) {
    for (const name of makers.keys()) await giveUp(context, name, owner).catch(() => undefined)
    throw error
  }
}

/** Takes the lease of a table with a fence, when whoever has it is done. Answers the generation from which changes count. */
async function takeLease(
  { manifests, clock, sleep }: RebuildContext,
  { name }: LakeTable,
  owner: string,
  leaseMs: number,
  onProgress: RebuildOptions['onProgress'],
): Promise<number> {
  const end = clock.now() + MAX_WAIT_MS
  for (let waits = 0; ; waits += 1) {
    const taken = await manifests.update(name, (one) => {
      const now = clock.now()
      const isOwn = one.lease?.owner === owner // The answer to its first try was lost.
      const isFree = !one.lease || isOwn || (one.lease.work === 'rebuild' && (one.lease.until ?? 0) < now)
      if (!isFree) return undefined
      const generation = one.generation + 1
      const lease = { owner, work: 'rebuild', since: now, until: now + leaseMs, fence: generation } as const
      return { ...one, generation, lease }
    })
    if (taken) return taken.generation
    if (clock.now() > end) {
      throw new RebuildError(`Other work on the lake of ${name} comes to no end. See: ocg lake status --aws`)
    }
    onProgress?.('waiting', waits)
    await sleep(WAIT_MS)
  }
}

interface TableRebuild {
  readonly generation: number
  add(item: Item): Promise<void>
  finish(): Promise<readonly LakeBatch[]>
  unfit(): number
}

function tableRebuild(
  context: RebuildContext,
  table: LakeTable,
  generation: number,
  { rowsOfBatch = 50_000, bytesOfBatch = 32 * 1024 * 1024, mostBatches = MOST_BATCHES }: RebuildOptions,
): TableRebuild {
  const { formatOf = parquetBatches } = context
  const format = formatOf(table)
  const makeRow = batchRowMaker(table)
  const batches: LakeBatch[] = []
  let rows: BatchRow[] = []
  let bytes = 0
  let unfit = 0
  async function flush(): Promise<void> {
    if (rows.length === 0) return
    if (batches.length === mostBatches) {
      const most = mostBatches * rowsOfBatch
      throw new RebuildError(
        `${table.name} has more rows than a rebuild brings into the lake: ${most}. Nothing has changed.`,
      )
    }
    batches.push(await storeBatch(context, table.name, { rows, format, generation }))
    rows = []
    bytes = 0
  }
  return {
    generation,
    async add(item) {
      try {
        rows.push(makeRow(item))
      } catch (error) {
        if (!(error instanceof UnfitItemError)) throw error
        unfit += 1
        context.log.warn('An item does not fit its table, and SQL shows no row of it', {
          key: item.PK,
          error,
        })
        return
      }
      bytes += JSON.stringify(item).length
      if (rows.length >= rowsOfBatch || bytes >= bytesOfBatch) await flush()
    },
    async finish() {
      await flush()
      return batches
    },
    unfit: () => unfit,
  }
}

async function* allItems({ scan }: RebuildContext['items']): AsyncGenerator<Item> {
  let start: PageStart | undefined
  do {
    const page = await scan({ prefix: '', limit: PAGE_ITEMS, ...(start && { start }) })
    yield* page.items
    start = page.next
  } while (start)
}

async function renew(
  { manifests }: RebuildContext,
  name: string,
  owner: string,
  until: number,
): Promise<void> {
  const renewed = await manifests.update(name, (one) =>
    one.lease?.owner === owner ? { ...one, lease: { ...one.lease, until } } : undefined,
  )
  if (!renewed) throw new RebuildError(`The rebuild of ${name} was taken for dead. Start it again.`)
}

async function swapIn(
  context: RebuildContext,
  name: string,
  owner: string,
  fence: number,
  rebuilt: readonly LakeBatch[],
): Promise<void> {
  const { manifests, clock, settings } = context
  const present = (await manifests.read([name])).get(name)
  const old = (present?.batches ?? []).filter(({ generation }) => generation < fence)
  // No more of them come: the fence is up, and merges leave them alone.
  const retired = old.length > 0 ? [await storeRetired(context, name, old)] : []
  const gone = new Set(old.map(({ key }) => key))
  const written = await manifests.update(name, (one) => {
    if (one.lease?.owner !== owner) return undefined
    const { lease: _, snapshot: __, snapshotAt: ___, trouble: ____, ...rest } = one
    return {
      ...rest,
      // Older than all that has come since.
      batches: [...rebuilt, ...one.batches.filter(({ key }) => !gone.has(key))],
      retired: [...one.retired, ...retired],
      // What is left in the base counts for nothing, and goes with the next fold, which is due at once.
      isBaseAhead: true,
      // Statements that have just begun read the old snapshot, however old it is.
      ...(one.snapshot !== undefined && { vacuumAfter: clock.now() + settings.queryMs }),
    } satisfies LakeManifest
  })
  if (!written) throw new RebuildError(`The rebuild of ${name} was taken for dead. Start it again.`)
}

async function giveUp({ manifests }: RebuildContext, name: string, owner: string): Promise<void> {
  await manifests.update(name, (one) => {
    if (one.lease?.owner !== owner) return undefined
    const { lease: _, ...rest } = one
    return rest
  })
}
