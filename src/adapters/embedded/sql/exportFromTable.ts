import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Store } from '../store/store.js'
import { catchUp } from './catchUp.js'
import { exportLake } from './exportLake.js'
import { closeImage, openImage, showTables } from './image.js'
import { makeTables } from './makeTables.js'
import { sqlLimits } from './sqlLimits.js'
import { withTemporaryFolder } from './temporaryFolder.js'

export interface TableExport {
  /** Rows by lake name. */
  readonly rows: ReadonlyMap<string, number>
  readonly files: number
  /** Rows that do not fit their table, and are left out. */
  readonly unfit: number
}

/**
 * Publishes the lake from the store alone, by a private image in a temporary folder: it works beside a host, whose own
 * image no other process can open, and without one. Everything acknowledged before the call is in it.
 */
export async function exportFromTable(
  store: Store,
  tables: readonly LakeTable[],
  folder: string,
  onProgress: (table: string, rows: number) => void,
): Promise<TableExport> {
  const limits = sqlLimits()
  let unfit = 0
  const bury = async () => {
    unfit += 1
  }
  // A host trims what its own image has applied: ours may still need it. A store that can't be written is not trimmed.
  const hold = await store.feed.hold().catch(() => undefined)
  try {
    return await withTemporaryFolder('ocg-export-', write)
  } finally {
    // It ends by itself, too.
    await hold?.release().catch(() => undefined)
  }

  async function write(temporary: string): Promise<TableExport> {
    const image = await openImage({ ...store, folder: temporary }, limits)
    try {
      await makeTables(image, store.table, tables, { bury, onProgress })
      await showTables(image, tables)
      await catchUp(store, image, store.feed.head(), bury)
      const rows = new Map<string, number>(tables.map(({ name }) => [name, 0]))
      const { files } = await exportLake(image.instance, tables, folder, {
        memoryMb: limits.memoryMb,
        onProgress: (table, count) => rows.set(table, count),
      })
      return { rows, files, unfit }
    } finally {
      closeImage(image)
    }
  }
}
