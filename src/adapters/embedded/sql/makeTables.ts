import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { UnfitItemError } from '../../../lake/unfitItemError.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Item } from '../../../ports/itemTable.js'
import type { StoreTable } from '../store/store.js'
import { type Image, inTransaction, recreateTable } from './image.js'
import { createTable, storedName } from './imageSchema.js'
import { idOfKey, rowOfItem } from './pendingRows.js'
import { openRowAppender, type RowAppender } from './rowAppender.js'
import { rowMaker } from './rowValues.js'

/** Makes a dead letter of an item that does not fit its table. */
export type BuryItem = (item: Item, error: string) => Promise<void>

export interface MakeTablesOptions {
  readonly bury: BuryItem
  /** Called every few thousand rows. */
  readonly onProgress: (table: string, rows: number) => void
}

/**
 * Makes tables of the image from the items, each entity's in one transaction, those of all relations in another. What
 * changes meanwhile is in the feed after the image's position, and is applied again afterwards.
 */
export async function makeTables(
  image: Image,
  store: StoreTable,
  tables: readonly LakeTable[],
  options: MakeTablesOptions,
): Promise<void> {
  const filled = tables.filter((table) => store.readPage({ prefix: prefixOf(table), limit: 1 }).length > 0)
  await makeEmpty(
    image,
    tables.filter((table) => !filled.includes(table)),
    options,
  )
  for (const table of filled) {
    if (table.kind === 'entity') await makeTogether(image, store, prefixOf(table), [table], options)
  }
  const relations = filled.filter(({ kind }) => kind === 'joinTable')
  if (relations.length > 0) await makeTogether(image, store, RELATIONS, relations, options)
}

/** Relations of all join tables share a prefix. */
const RELATIONS = 'joinTableData#'

function prefixOf(table: LakeTable): string {
  return table.kind === 'entity' ? `${table.name}#` : RELATIONS
}

/** Nothing to read or sort: a new folder is ready that much sooner. */
async function makeEmpty(
  image: Image,
  tables: readonly LakeTable[],
  { onProgress }: MakeTablesOptions,
): Promise<void> {
  if (tables.length === 0) return
  await inTransaction(image.writer, async () => {
    for (const table of tables) await recreateTable(image.writer, table)
  })
  for (const { name } of tables) onProgress(name, 0)
}

const ITEMS_A_PAGE = 500
const ROWS_A_REPORT = 10_000

/** Tables whose items share a prefix. Rows are stored in the order of their times, which filters on them profit from. */
async function makeTogether(
  image: Image,
  store: StoreTable,
  prefix: string,
  tables: readonly LakeTable[],
  options: MakeTablesOptions,
): Promise<void> {
  const targets = new Map<string, Target>()
  try {
    await inTransaction(image.writer, async () => {
      for (const [index, table] of tables.entries()) {
        targets.set(table.name, await openTarget(image.writer, table, `staging_${index}`))
      }
      let page = store.readPage({ prefix, limit: ITEMS_A_PAGE })
      while (page.length > 0) {
        for (const item of page) await append(targets, item, options)
        await nextTurn()
        page = store.readPage({ prefix, limit: ITEMS_A_PAGE, after: page.at(-1) as Item })
      }
      for (const target of targets.values()) {
        await sortIntoPlace(image.writer, target)
        options.onProgress(target.table.name, target.rows)
      }
    })
  } finally {
    for (const { appender } of targets.values()) appender.discard()
  }
}

interface Target {
  readonly table: LakeTable
  readonly staging: string
  readonly appender: RowAppender
  readonly rowOf: ReturnType<typeof rowMaker>
  rows: number
}

async function openTarget(writer: DuckDBConnection, table: LakeTable, staging: string): Promise<Target> {
  await recreateTable(writer, table)
  await writer.run(createTable(table, staging).replace('CREATE TABLE', 'CREATE TEMP TABLE'))
  const appender = await openRowAppender(writer, table, { name: staging, schema: null })
  return { table, staging, appender, rowOf: rowMaker(table), rows: 0 }
}

async function sortIntoPlace(writer: DuckDBConnection, { table, staging, appender }: Target): Promise<void> {
  appender.close()
  await writer.run(`INSERT INTO ${storedName(table.name)} SELECT * FROM ${staging} ORDER BY "createdAt"`)
  await writer.run(`DROP TABLE ${staging}`)
}

async function append(
  targets: ReadonlyMap<string, Target>,
  item: Item,
  { bury, onProgress }: MakeTablesOptions,
): Promise<void> {
  const target = targets.get(String(item.entityType))
  if (!target) return
  try {
    target.appender.append(rowOfItem(target, idOfKey(item), item))
  } catch (error) {
    if (!(error instanceof UnfitItemError)) throw error
    await bury(item, error.message)
    return
  }
  target.rows += 1
  if (target.rows % ROWS_A_REPORT === 0) onProgress(target.table.name, target.rows)
}
