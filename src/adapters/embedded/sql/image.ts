import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { sha256Hex } from '../../../model/keys.js'
import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Item } from '../../../ports/itemTable.js'
import { quoteIdentifier } from '../dialect/ddl.js'
import { MACROS } from '../dialect/macros.js'
import type { DirtyDays } from '../lake/dirtyDays.js'
import type { Store } from '../store/store.js'
import {
  clearSpill,
  type EngineLimits,
  imageFile,
  imageGenerations,
  isMarkedDamaged,
  openEngine,
  removeImages,
  spillFolder,
} from './imageFile.js'
import {
  type ColumnOrder,
  createTable,
  createView,
  definitionHash,
  IMAGE_FORMAT,
  parseMark,
  STORED,
  type TableMark,
  tableMark,
} from './imageSchema.js'
import { type LakeRow, rowMaker } from './rowValues.js'

/** A table that the image holds. */
export interface ImageTable {
  readonly table: LakeTable
  /** Throws `UnfitItemError`. */
  readonly rowOf: (item: Item) => LakeRow
  /** Order of the stored columns, see `tableMark`. */
  readonly order?: ColumnOrder
}

/**
 * The query image: a DuckDB database that shows the table as it was at a position of the feed, or later. A rewriting
 * puts another engine and file in their places: who needs the same ones for a while takes them by `ImageLeases`.
 */
export interface Image {
  instance: DuckDBInstance
  /** The only connection that writes. One piece of work at a time. */
  writer: DuckDBConnection
  /** Number of the image's file. */
  generation: number
  /** When the file was made from the table, milliseconds since 1970. */
  madeAt: number
  /** Last feed sequence that is applied. */
  position: number
  /** Rows that have been removed or replaced since the image was last tidied. */
  removedRows: number
  /** By lake name. */
  tables: Map<string, ImageTable>
  /** Days that differ from their published files; absent in an image that is not published. */
  dirty?: DirtyDays
}

/**
 * Opens the image of a store. One that is damaged, of another store or format, or that has missed a part of the
 * feed gives way to an empty one, at the feed's present head: its tables must then be made, and the feed followed.
 */
export async function openImage(store: Store, limits: EngineLimits): Promise<Image> {
  const { folder } = store
  clearSpill(folder)
  if (isMarkedDamaged(folder)) removeImages(folder)
  for (const generation of imageGenerations(folder)) {
    const image = await openGeneration(store, generation, limits)
    if (!image) continue
    removeImages(folder, generation)
    return image
  }
  removeImages(folder)
  return createImage(
    store,
    { file: imageFile(folder, 0), spill: spillFolder(folder, 0), generation: 0 },
    limits,
  )
}

/** Opens the image's file of a generation; undefined when it can't be gone on with. */
export async function openGeneration(
  store: Store,
  generation: number,
  limits: EngineLimits,
): Promise<Image | undefined> {
  const { folder } = store
  let opened: Pick<Image, 'instance' | 'writer'>
  try {
    opened = await connect(imageFile(folder, generation), spillFolder(folder, generation), limits)
  } catch {
    return undefined
  }
  const meta = await readMeta(opened.writer, store)
  if (meta) return { ...opened, ...meta, generation, removedRows: 0, tables: new Map() }
  closeImage(opened)
  return undefined
}

/** Makes an empty image at the feed's present head, in a file that does not exist. */
export async function createImage(
  store: Store,
  place: { readonly file: string; readonly spill: string; readonly generation: number },
  limits: EngineLimits,
): Promise<Image> {
  const opened = await connect(place.file, place.spill, limits)
  const meta = await writeMeta(opened.writer, store)
  return { ...opened, ...meta, generation: place.generation, removedRows: 0, tables: new Map() }
}

/** Lets go of the file; what is in its log goes into its body. */
export function closeImage(image: Pick<Image, 'instance' | 'writer'>): void {
  image.writer.closeSync()
  image.instance.closeSync()
}

/** Names of the tables that the image lacks, or holds with another definition. */
export async function staleTables(image: Image, tables: readonly LakeTable[]): Promise<Set<string>> {
  const marks = await tableMarks(image.writer)
  return new Set(
    tables.filter((table) => marks.get(table.name)?.hash !== definitionHash(table)).map(({ name }) => name),
  )
}

/** Shows exactly these tables, and the macros of translated statements. The stored forms exist; others are dropped. */
export async function showTables(image: Image, tables: readonly LakeTable[]): Promise<void> {
  await makeViews(image.writer, tables)
  image.tables = await imageTables(image.writer, tables)
}

/** What an image that holds these tables has of them. */
export async function imageTables(
  writer: DuckDBConnection,
  tables: readonly LakeTable[],
): Promise<Image['tables']> {
  const marks = await tableMarks(writer)
  return new Map(
    tables.map((table) => {
      const order = marks.get(table.name)?.order
      return [table.name, { table, rowOf: rowMaker(table), ...(order && { order }) }]
    }),
  )
}

/** What `showTables` does to the file. */
export async function makeViews(writer: DuckDBConnection, tables: readonly LakeTable[]): Promise<void> {
  const kept = new Set(tables.map(({ name }) => name))
  await inTransaction(writer, async () => {
    for (const name of await viewNames(writer)) {
      if (!kept.has(name)) await dropView(writer, name)
    }
    for (const name of (await tableMarks(writer)).keys()) {
      if (kept.has(name)) continue
      await writer.run(`DROP TABLE IF EXISTS ${STORED}.${quoteIdentifier(name)}`)
      await writer.run('DELETE FROM meta.tables WHERE name = $1', [name])
    }
    if (await makeMacros(writer)) await dropViews(writer)
    const present = new Set(await viewNames(writer))
    for (const table of tables) if (!present.has(table.name)) await writer.run(createView(table))
  })
}

/** Makes the stored form of a table anew, empty. Inside a transaction. */
export async function recreateTable(writer: DuckDBConnection, table: LakeTable): Promise<void> {
  await dropView(writer, table.name)
  await writer.run(`DROP TABLE IF EXISTS ${STORED}.${quoteIdentifier(table.name)}`)
  await writer.run(createTable(table))
  await writer.run('DELETE FROM meta.tables WHERE name = $1', [table.name])
  await writer.run('INSERT INTO meta.tables VALUES ($1, $2, NULL)', [table.name, tableMark(table)])
}

/** Connections that are in a transaction. */
const busy = new WeakSet<DuckDBConnection>()

/** Runs `work` as one transaction of the connection; inside another one, as a part of that. */
export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  if (busy.has(connection)) return work()
  await connection.run('BEGIN')
  busy.add(connection)
  try {
    const result = await work()
    await connection.run('COMMIT')
    return result
  } catch (error) {
    // A failed COMMIT has ended the transaction already: the first error is the one that counts.
    await connection.run('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    busy.delete(connection)
  }
}

/** They are a hundred, and only another version of the program has others, or other views. Answers whether they were made. */
async function makeMacros(writer: DuckDBConnection): Promise<boolean> {
  const hash = sha256Hex([...MACROS, createView(ANY_TABLE)].join(';'))
  const result = await writer.runAndReadAll('SELECT macros FROM meta.image')
  if (result.getRows()[0]?.[0] === hash) return false
  for (const macro of MACROS) await writer.run(macro)
  await writer.run('UPDATE meta.image SET macros = $1', [hash])
  return true
}

/** Shows how this version makes views. */
const ANY_TABLE: LakeTable = {
  name: 'any',
  kind: 'entity',
  idColumn: 'id',
  columns: [{ name: 'id', type: { kind: 'string' } }],
  partitionColumns: ['year', 'month', 'day'],
}

async function dropViews(writer: DuckDBConnection): Promise<void> {
  for (const name of await viewNames(writer)) await dropView(writer, name)
}

/** Of a table whose columns become others: it is made again with them. */
export async function dropView(writer: DuckDBConnection, table: string): Promise<void> {
  await writer.run(`DROP VIEW IF EXISTS main.${quoteIdentifier(table)}`)
}

async function connect(
  file: string,
  spill: string,
  limits: EngineLimits,
): Promise<Pick<Image, 'instance' | 'writer'>> {
  const instance = await openEngine(file, spill, limits)
  return { instance, writer: await instance.connect() }
}

type Meta = Pick<Image, 'position' | 'madeAt'>

/** Of an image that can be gone on with. */
async function readMeta(writer: DuckDBConnection, store: Store): Promise<Meta | undefined> {
  try {
    const result = await writer.runAndReadAll('SELECT format, store, position, made_at FROM meta.image')
    const [format, id, applied, madeAt] = result.getRows()[0] ?? []
    const position = Number(applied)
    const follows = position >= store.feed.first() - 1 && position <= store.feed.head()
    const fits = format === IMAGE_FORMAT && id === store.id && follows
    return fits ? { position, madeAt: Number(madeAt) } : undefined
  } catch {
    return undefined
  }
}

async function writeMeta(writer: DuckDBConnection, store: Store): Promise<Meta> {
  const position = store.feed.head()
  const madeAt = Date.now()
  await inTransaction(writer, async () => {
    await writer.run(`CREATE SCHEMA ${STORED}`)
    await writer.run('CREATE SCHEMA meta')
    await writer.run(
      'CREATE TABLE meta.image (format INTEGER, store VARCHAR, position BIGINT, macros VARCHAR, made_at BIGINT)',
    )
    await writer.run('CREATE TABLE meta.tables (name VARCHAR, hash VARCHAR, row_bytes DOUBLE)')
    await writer.run(`INSERT INTO meta.image VALUES (${IMAGE_FORMAT}, $1, ${position}, '', ${madeAt})`, [
      store.id,
    ])
  })
  return { position, madeAt }
}

/** What the image notes of each table that it holds. */
export async function tableMarks(writer: DuckDBConnection): Promise<Map<string, TableMark>> {
  const result = await writer.runAndReadAll('SELECT name, hash FROM meta.tables')
  return new Map((result.getRows() as [string, string][]).map(([name, mark]) => [name, parseMark(mark)]))
}

async function viewNames(writer: DuckDBConnection): Promise<string[]> {
  const result = await writer.runAndReadAll(
    `SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal AND database_name = current_database()`,
  )
  return result.getRows().map(([name]) => name as string)
}
