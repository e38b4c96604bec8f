import type { DuckDBConnection } from '@duckdb/node-api'
import { storedColumns } from '../../../lake/lakeTableFormat.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { UnusedColumns } from '../../../runtime/migration/modelChange.js'
import { duckdbType, quoteIdentifier } from '../dialect/ddl.js'
import type { Store } from '../store/store.js'
import { dropView, type Image, inTransaction, recreateTable, tableMarks } from './image.js'
import { createTable, storedName, tableMark } from './imageSchema.js'

/** What is known of stored rows, so that not all of them need be read. */
export interface KnownUnused {
  /** By lake name. */
  readonly tables: Readonly<Record<string, UnusedColumns>>
  /** Holds of what the feed tells up to this sequence. */
  readonly position: number
}

/**
 * Brings tables of an image to another definition without reading the table: a new column is null in every row when
 * no row has a value for it, one that has gone is dropped, and numbers get a wider type. Answers the tables for which that
 * is not enough.
 *
 * Rows that are written from now on come with their values: they follow in the feed.
 */
export async function alterTables(
  image: Image,
  tables: readonly LakeTable[],
  unused: KnownUnused | undefined,
  store: Pick<Store, 'deadLetters'>,
): Promise<readonly LakeTable[]> {
  // A row that could not be shown may fit now: without the column that kept it out, or with that one's wider type.
  const isComplete = store.deadLetters.count() === 0
  const isKnown = unused !== undefined && image.position <= unused.position
  const marks = await tableMarks(image.writer)
  const left: LakeTable[] = []
  await inTransaction(image.writer, async () => {
    for (const table of tables) {
      const known =
        isKnown && Object.hasOwn(unused.tables, table.name) ? unused.tables[table.name] : undefined
      if (known?.neverFilled) await recreateTable(image.writer, table)
      else if (!marks.has(table.name)) left.push(table)
      else if (!(await alterTable(image.writer, table, new Set(known?.columns), isComplete))) left.push(table)
    }
  })
  return left
}

/** False, and nothing is changed, when columns would have to be filled. `isComplete`: the image shows every row. */
async function alterTable(
  writer: DuckDBConnection,
  table: LakeTable,
  unused: ReadonlySet<string>,
  isComplete: boolean,
): Promise<boolean> {
  const present = await columnsOf(writer, storedName(table.name))
  await writer.run(createTable(table, WANTED).replace('CREATE TABLE', 'CREATE OR REPLACE TEMP TABLE'))
  const wanted = await columnsOf(writer, `temp.${WANTED}`)
  await writer.run(`DROP TABLE temp.${WANTED}`)
  const added = [...wanted.keys()].filter((name) => !present.has(name))
  const dropped = [...present.keys()].filter((name) => !wanted.has(name))
  const retyped = [...wanted].filter(([name, type]) => present.has(name) && present.get(name) !== type)
  const isLossless = retyped.every(([name, type]) => WIDER.get(present.get(name) as string)?.includes(type))
  const isOther = dropped.length > 0 || retyped.length > 0
  if (!isLossless || added.some((name) => !unused.has(name)) || (isOther && !isComplete)) return false

  await dropView(writer, table.name)
  const change = (what: string) => writer.run(`ALTER TABLE ${storedName(table.name)} ${what}`)
  // First those that go: a new one may differ from one of them in its letters' case only.
  for (const name of dropped) await change(`DROP COLUMN ${quoteIdentifier(name)}`)
  for (const [name, type] of retyped) await change(`ALTER COLUMN ${quoteIdentifier(name)} TYPE ${type}`)
  const columns = storedColumns(table)
  for (const { name, type } of columns) {
    if (added.includes(name)) await change(`ADD COLUMN ${quoteIdentifier(name)} ${duckdbType(type)}`)
  }
  const names = columns.map(({ name }) => name)
  const order = [...(await columnsOf(writer, storedName(table.name))).keys()].map((name) =>
    names.indexOf(name),
  )
  const isWhole = order.length === names.length && order.every((column) => column >= 0)
  if (!isWhole)
    throw new Error(`invariant: the altered table ${table.name} has the columns of its definition`)
  // What a row takes is another amount now, and is told again when the image is rewritten.
  const rowBytes = isOther ? ', row_bytes = NULL' : ''
  await writer.run(`UPDATE meta.tables SET hash = $1${rowBytes} WHERE name = $2`, [
    tableMark(table, order),
    table.name,
  ])
  return true
}

const WANTED = 'wanted_columns'

/** The engine's types that hold every number of another one as it is; a BIGINT here is one of JSON's whole numbers. */
const WIDER: ReadonlyMap<string, readonly string[]> = new Map([
  ['INTEGER', ['BIGINT', 'DOUBLE']],
  ['BIGINT', ['DOUBLE']],
])

/** Columns of a table in their order, with the engine's names of their types. */
async function columnsOf(writer: DuckDBConnection, table: string): Promise<ReadonlyMap<string, string>> {
  const result = await writer.runAndReadAll(`DESCRIBE ${table}`)
  return new Map(result.getRows().map(([name, type]) => [name as string, type as string]))
}
