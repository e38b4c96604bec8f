import { type RowFile, rowFileMaker } from '../../lake/rowFile.js'
import { UnfitItemError } from '../../lake/unfitItemError.js'
import type { ModelSlice } from '../../model/functions.js'
import type { ItemKey } from '../../model/keys.js'
import { lakePath, lakeTime } from '../../model/lakePath.js'
import { lakeTables } from '../../model/lakeSchema.js'
import type { Change } from '../../ports/changes.js'
import type { Item, ItemTable } from '../../ports/itemTable.js'
import type { ObjectStore } from '../../ports/objectStore.js'

/** Brings the lake, in layout `rows`, up to date with the item that changes are about. */
export interface Projector {
  /** First part of the keys of its objects. */
  readonly root: 'tables'
  /**
   * `changes` are of one key, and hints only: the item is read as it is now, its row written, and the rows that it has
   * had elsewhere removed. So it may be called again, late, and in any order. Changes of a type that the model
   * doesn't have do nothing.
   *
   * `outOfOrder`: other changes of the key may be projected at the same time, as in a replay. The item is then
   * looked at again until it is still what was written.
   *
   * Throws `UnfitItemError` for an item that its table can't hold; the lake then holds no row of it.
   */
  project(changes: readonly Change[], options?: { readonly outOfOrder?: boolean }): Promise<void>
}

export interface ProjectorParts {
  readonly model: Pick<ModelSlice, 'entities' | 'joinTables' | 'valueTypes'>
  readonly table: Pick<ItemTable, 'get'>
  readonly objects: Pick<ObjectStore, 'put' | 'delete'>
}

/** An item that changes faster than it can be written is left to whoever comes later. */
const MAX_LOOKS = 20

export function lakeProjector({ model, table, objects }: ProjectorParts): Projector {
  const makers = new Map(lakeTables(model).map((one) => [one.name, rowFileMaker(one)]))

  /** The objects that the changes tell of: where a row of the item may be. */
  function pathsOf(changes: readonly Change[]): Set<string> {
    const paths = new Set<string>()
    for (const { key, old, new: current } of changes) {
      for (const image of [old, current]) {
        if (!image || !makers.has(image.entityType)) continue
        const time = lakeTime(image.createdAt)
        if (time !== undefined) paths.add(lakePath(image.entityType, idOf(key), time))
      }
    }
    return paths
  }

  function fileOf(item: Item | undefined): RowFile | UnfitItemError | undefined {
    const make = item && makers.get(String(item.entityType))
    if (!make) return undefined
    try {
      const file = make(item)
      if (file.id === idOf(item)) return file
      return new UnfitItemError("The item's id is not the one of its key.")
    } catch (error) {
      if (error instanceof UnfitItemError) return error
      throw error
    }
  }

  /** Puts the lake into one state of the item. The old rows go first: no query sees two rows of an item. */
  async function write(item: Item | undefined, paths: Set<string>): Promise<UnfitItemError | undefined> {
    const file = fileOf(item)
    const path = file instanceof UnfitItemError ? undefined : file?.path
    for (const other of paths) if (other !== path) await objects.delete(other)
    if (file instanceof UnfitItemError) return file
    if (!file) return undefined
    paths.add(file.path)
    await objects.put(file.path, file.body)
    return undefined
  }

  return {
    root: 'tables',
    async project(changes, { outOfOrder = false } = {}) {
      const key = changes[0]?.key
      const isStored = ({ old, new: current }: Change) => makers.has((current ?? old)?.entityType ?? '')
      if (!key || !changes.some(isStored)) return
      const paths = pathsOf(changes)
      let item = await table.get(key)
      for (let look = 0; look < MAX_LOOKS; look += 1) {
        const unfit = await write(item, paths)
        const now = outOfOrder ? await table.get(key) : item
        if (isSame(item, now)) {
          if (unfit) throw unfit
          return
        }
        item = now
      }
      throw new Error('The item keeps changing while it is projected.')
    },
  }
}

/** The id in a key: what follows the first `#`. */
function idOf(key: ItemKey): string {
  return key.PK.slice(key.PK.indexOf('#') + 1)
}

function isSame(one: Item | undefined, other: Item | undefined): boolean {
  return one?._rev === other?._rev && one?._incarnation === other?._incarnation
}
