import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Store } from '../store/store.js'
import { applyBatch } from './applyRows.js'
import { exportLake } from './exportLake.js'
import { closeImage, type Image, openImage, showTables } from './image.js'
import { makeTables } from './makeTables.js'
import { pendingBatches } from './pendingRows.js'
import { sqlLimits } from './sqlLimits.js'

export interface TableExport {
  /** Rows by lake name. */
  readonly rows: ReadonlyMap<string, number>
  readonly files: number
  /** Rows that do not fit their table, and are left out. */
  readonly unfit: number
}

const MAX_RECORDS = 5000
const MAX_CHANGES = 20_000

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
  const temporary = await mkdtemp(join(tmpdir(), 'ocg-export-'))
  const limits = sqlLimits()
  let unfit = 0
  const bury = async () => {
    unfit += 1
  }
  try {
    const image = await openImage({ ...store, folder: temporary }, limits)
    try {
      await makeTables(image, store.table, tables, { bury, onProgress })
      await showTables(image, tables)
      await catchUp(store, image, bury)
      const rows = new Map<string, number>(tables.map(({ name }) => [name, 0]))
      const { files } = await exportLake(image.instance, tables, folder, {
        memoryMb: limits.memoryMb,
        onProgress: (table, count) => rows.set(table, count),
      })
      return { rows, files, unfit }
    } finally {
      closeImage(image)
    }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Applies what has changed while the tables were being made. */
async function catchUp(store: Store, image: Image, bury: () => Promise<void>): Promise<void> {
  const head = store.feed.head()
  while (image.position < head) {
    const records = store.feed.read(image.position, MAX_RECORDS, MAX_CHANGES)
    if (records.length === 0) return
    for await (const batch of pendingBatches(store.table, image.tables, records)) {
      await applyBatch(image, batch, bury)
    }
  }
}
