import { type BatchFormat, parquetBatches } from '../../lake/batchFormat.js'
import { type BatchRow, batchRowMaker, newestRows, type RowKey, tombstoneOf } from '../../lake/batchRow.js'
import { UnfitItemError } from '../../lake/unfitItemError.js'
import type { ModelSlice } from '../../model/functions.js'
import type { ItemKey } from '../../model/keys.js'
import { lakeTime } from '../../model/lakePath.js'
import { type LakeTable, lakeTables } from '../../model/lakeSchema.js'
import type { Change } from '../../ports/changes.js'
import type { Item, ItemTable } from '../../ports/itemTable.js'
import type { LakeManifest, LakeManifests } from '../../ports/lakeManifests.js'
import { StoreError } from '../../ports/storeError.js'
import { inParallel } from '../inParallel.js'
import { type BatchStore, storeBatch } from '../lake/storeBatch.js'

/** Brings the lake, in layout `batches`, up to date with the items that changes are about. */
export interface BatchProjector {
  /** First part of the keys of its objects. */
  readonly root: 'batches'
  /**
   * `groups` are the changes of one key each, and hints only: all items are read as they are now, and each table gets
   * one batch. So it may be called again, late, in any order, and by many at once. Changes of a type that the model doesn't have
   * do nothing.
   *
   * Answers the error of each group, undefined for one that SQL shows from now on. Tables fail each for itself.
   * `UnfitItemError` for an item that its table can't hold; the lake then holds no row of it.
   */
  projectAll(groups: readonly (readonly Change[])[]): Promise<readonly unknown[]>
}

export interface BatchProjectorParts extends BatchStore {
  readonly model: Pick<ModelSlice, 'entities' | 'joinTables' | 'valueTypes'>
  readonly table: Pick<ItemTable, 'getMany'>
  readonly manifests: Pick<LakeManifests, 'read' | 'append'>
  /** Makes room in a list that is full. */
  readonly relieve?: (table: string) => Promise<unknown>
  /** Default: Parquet. */
  readonly formatOf?: (table: LakeTable) => BatchFormat
}

/** A table's list has no room for another batch: keepers are behind, or dead. No record is to blame. */
export class BatchesFullError extends Error {
  override readonly name = 'BatchesFullError'
}

/** Times that a batch is begun again because batches were taken out meanwhile. */
const MAX_FENCES = 10
/** Most keys of one `getMany`, and how many go at once. */
const KEYS_AT_ONCE = 100
const READS_AT_ONCE = 8

interface TableParts {
  readonly name: string
  readonly format: BatchFormat
  readonly makeRow: (item: Item) => BatchRow
}

export function batchProjector(parts: BatchProjectorParts): BatchProjector {
  const { model, manifests, formatOf = parquetBatches } = parts
  const tables = new Map<string, TableParts>(
    lakeTables(model).map((one) => [
      one.name,
      { name: one.name, format: formatOf(one), makeRow: batchRowMaker(one) },
    ]),
  )

  return {
    root: 'batches',
    async projectAll(groups) {
      const errors: unknown[] = groups.map(() => undefined)
      const concerned = byTable(groups, tables)
      if (concerned.size === 0) return errors
      const fail = (index: number, error: unknown) => {
        errors[index] ??= error
      }
      const known = await manifests.read([...concerned.keys()]).catch((error: unknown) => {
        for (const indexes of concerned.values()) for (const index of indexes) fail(index, error)
        return undefined
      })
      if (!known) return errors
      await inParallel(concerned, READS_AT_ONCE, async ([name, indexes]) => {
        const own = indexes.map((index) => groups[index] as readonly Change[])
        try {
          const manifest = known.get(name) as LakeManifest
          const unfit = await projectTable(parts, tables.get(name) as TableParts, own, manifest)
          for (const [at, error] of unfit) fail(indexes[at] as number, error)
        } catch (error) {
          for (const index of indexes) fail(index, error)
        }
      })
      return errors
    },
  }
}

/** Indexes of the groups that tables are concerned with. */
function byTable(
  groups: readonly (readonly Change[])[],
  tables: ReadonlyMap<string, unknown>,
): Map<string, number[]> {
  const concerned = new Map<string, number[]>()
  for (const [index, changes] of groups.entries()) {
    const names = new Set(changes.flatMap((one) => [one.old?.entityType, one.new?.entityType]))
    for (const name of names) {
      if (name === undefined || !tables.has(name)) continue
      const indexes = concerned.get(name)
      if (indexes) indexes.push(index)
      else concerned.set(name, [index])
    }
  }
  return concerned
}

/** Answers the groups whose items don't fit. */
async function projectTable(
  parts: BatchProjectorParts,
  table: TableParts,
  groups: readonly (readonly Change[])[],
  known: LakeManifest,
): Promise<Map<number, UnfitItemError>> {
  let { generation } = known
  let isRelieved = false
  for (let fences = 0; fences < MAX_FENCES; fences += 1) {
    // After the generation: what is read now is at least as new as all that was folded before it.
    const items = await readItems(
      parts,
      groups.map(([change]) => change?.key as ItemKey),
    )
    const unfit = new Map<number, UnfitItemError>()
    const rows = groups.flatMap((changes, at) =>
      rowsOf(table, changes, items[at], (error) => unfit.set(at, error)),
    )
    if (rows.length === 0) return unfit
    const batch = await storeBatch(parts, table.name, { ...table, rows: newestRows(rows), generation })
    // Not removed when it's refused, or when nobody knows: it may have been added, folded and named again by then.
    const outcome = await parts.manifests.append(table.name, batch, generation)
    if (outcome === 'added') return unfit
    if (outcome === 'full') {
      if (isRelieved || !parts.relieve) {
        throw new BatchesFullError(`The batches of ${table.name} must be folded before it takes more.`)
      }
      isRelieved = true
      await parts.relieve(table.name)
    }
    generation = (await parts.manifests.read([table.name])).get(table.name)?.generation ?? 0
  }
  throw new StoreError('throttled', `The batches of ${table.name} are taken out faster than one gets in.`)
}

async function readItems(
  { table }: BatchProjectorParts,
  keys: readonly ItemKey[],
): Promise<(Item | undefined)[]> {
  const items: (Item | undefined)[] = new Array(keys.length).fill(undefined)
  const starts = Array.from({ length: Math.ceil(keys.length / KEYS_AT_ONCE) }, (_, at) => at * KEYS_AT_ONCE)
  await inParallel(starts, READS_AT_ONCE, async (start) => {
    const found = await table.getMany(keys.slice(start, start + KEYS_AT_ONCE))
    for (const [at, item] of found.entries()) items[start + at] = item
  })
  return items
}

/** The item's row, and a tombstone for each of its lives that the changes tell of and that has ended. */
function rowsOf(
  table: TableParts,
  changes: readonly Change[],
  item: Item | undefined,
  onUnfit: (error: UnfitItemError) => void,
): BatchRow[] {
  const rows: BatchRow[] = []
  const present = item?.entityType === table.name ? item : undefined
  for (const key of livesOf(changes, table.name)) {
    if (key.incarnation !== present?._incarnation) rows.push(tombstoneOf(key))
  }
  if (!present) return rows
  try {
    const row = table.makeRow(present)
    if (row.id !== idOf(present)) throw new UnfitItemError("The item's id is not the one of its key.")
    rows.push(row)
  } catch (error) {
    if (!(error instanceof UnfitItemError)) throw error
    onUnfit(error)
    const { createdAt, _incarnation: incarnation, _rev: rev } = present
    const millis = typeof createdAt === 'string' ? lakeTime(createdAt) : undefined
    // Of this state there is no row, and of the states before it none any more. A later one may fit again.
    if (millis !== undefined && typeof incarnation === 'string' && typeof rev === 'number') {
      rows.push(tombstoneOf({ id: idOf(present), createdAt: millis, incarnation }, rev))
    }
  }
  return rows
}

function livesOf(changes: readonly Change[], table: string): RowKey[] {
  const lives: RowKey[] = []
  for (const { key, old, new: current } of changes) {
    for (const image of [old, current]) {
      if (image?.entityType !== table) continue
      const createdAt = lakeTime(image.createdAt)
      if (createdAt !== undefined) lives.push({ id: idOf(key), createdAt, incarnation: image.incarnation })
    }
  }
  return lives
}

/** The id in a key: what follows the first `#`. */
function idOf(key: ItemKey): string {
  return key.PK.slice(key.PK.indexOf('#') + 1)
}
