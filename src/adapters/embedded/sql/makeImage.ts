import { rmSync } from 'node:fs'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Store } from '../store/store.js'
import { catchUp } from './catchUp.js'
import { closeImage, createImage, type Image, showTables } from './image.js'
import type { EngineLimits } from './imageFile.js'
import { makeTables } from './makeTables.js'

export interface MakeImageOptions {
  readonly store: Store
  readonly tables: readonly LakeTable[]
  /** Of the image in the making. */
  readonly generation: number
  readonly file: string
  readonly spill: string
  readonly limits: EngineLimits
  readonly onProgress: (table: string, rows: number) => void
}

/** Rounds of catching up: after them the image is near the feed's end, however much is written. */
const ROUNDS = 5

/**
 * Makes a fresh image from the table in a file of its own, rows in the order of their times, and leaves it closed. What
 * does not fit its table is left out: whoever follows the feed has made dead letters of it.
 */
export async function makeImage(options: MakeImageOptions): Promise<void> {
  const { store, tables, spill, onProgress } = options
  const image = await createImage(store, options, options.limits)
  try {
    for (const group of groupsOf(tables)) {
      // One after the other, so that each one's share of the file can be told.
      const before = await usedBytes(image)
      const rows = await makeGroup(image, store, group, onProgress)
      await image.writer.run('CHECKPOINT')
      await noteRowBytes(image, group, rows, (await usedBytes(image)) - before)
    }
    await showTables(image, tables)
    for (let round = 0; round < ROUNDS; round++) {
      await catchUp(store, image, store.feed.head(), async () => undefined)
    }
  } finally {
    closeImage(image)
    rmSync(spill, { recursive: true, force: true })
  }
}

/** What is made in one reading of the table: an entity, or all relations. */
function groupsOf(tables: readonly LakeTable[]): (readonly LakeTable[])[] {
  const relations = tables.filter(({ kind }) => kind === 'joinTable')
  const entities = tables.filter(({ kind }) => kind === 'entity').map((table) => [table])
  return relations.length > 0 ? [...entities, relations] : entities
}

/** Answers the number of rows. */
async function makeGroup(
  image: Image,
  store: Store,
  group: readonly LakeTable[],
  onProgress: MakeImageOptions['onProgress'],
): Promise<number> {
  const rows = new Map<string, number>()
  await makeTables(image, store.table, group, {
    bury: async () => undefined,
    onProgress(table, count) {
      rows.set(table, count)
      onProgress(table, count)
    },
  })
  return [...rows.values()].reduce((sum, count) => sum + count, 0)
}

async function usedBytes({ writer }: Image): Promise<number> {
  const result = await writer.runAndReadAll('SELECT used_blocks * block_size FROM pragma_database_size()')
  return Number(result.getRows()[0]?.[0] ?? 0)
}

/** Fewer rows tell too little: blocks are large, and small tables share them. */
const TELLING_ROWS = 1000

async function noteRowBytes(
  { writer }: Image,
  group: readonly LakeTable[],
  rows: number,
  bytes: number,
): Promise<void> {
  if (rows < TELLING_ROWS || bytes <= 0) return
  for (const { name } of group) {
    await writer.run('UPDATE meta.tables SET row_bytes = $1 WHERE name = $2', [bytes / rows, name])
  }
}
