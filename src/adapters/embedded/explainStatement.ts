import { existsSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { LakeTable } from '../../model/lakeSchema.js'
import { duckdbType, quoteIdentifier, quoteString } from './dialect/ddl.js'
import { ENGINE_SETTINGS } from './dialect/gate.js'
import { MACROS } from './dialect/macros.js'
import { analyze } from './dialect/translate.js'
import { typeName } from './dialect/types.js'
import { imageFile } from './sql/imageFile.js'
import { STORED } from './sql/imageSchema.js'

export interface Explanation {
  /** What the embedded engine runs: one SELECT in DuckDB's dialect. */
  readonly engineSql: string
  /** The result's columns with their types as Trino calls them. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** The engine's plan, a drawing in text. */
  readonly plan: string
  /** What the plan is made for: the folder's rows, or empty tables, and then why. */
  readonly over: 'data' | 'emptyTables' | 'lockedData'
}

/**
 * How the embedded engine would run a bound statement. Nothing is executed. With the data folder of a project whose
 * host does not run, the plan is the one over its rows, else over empty tables. Throws `TranslateError`.
 *
 * @example
 * const { plan } = await explainStatement('SELECT name FROM track', lakeTables(project))
 */
export async function explainStatement(
  sql: string,
  tables: readonly LakeTable[],
  folder?: string,
): Promise<Explanation> {
  const { sql: engineSql, columns } = analyze(sql, tables)
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const over = await attachImage(connection, folder)
    for (const macro of MACROS) await connection.run(macro)
    let isWhole = true
    for (const table of tables) isWhole = (await makeTable(connection, table, over === 'data')) && isWhole
    // That a table is empty must not be what the plan rests on.
    if (over !== 'data') await connection.run(`SET disabled_optimizers = '${KNOWS_EMPTY}'`)
    for (const setting of ENGINE_SETTINGS) await connection.run(setting)
    const explained = await connection.runAndReadAll(`EXPLAIN ${engineSql}`)
    return {
      engineSql,
      columns: columns.map(({ name, type }) => ({ name, type: typeName(type) })),
      plan: explained
        .getRows()
        .map((row) => String(row[1]).trimEnd())
        .join('\n'),
      over: isWhole ? over : 'emptyTables',
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Optimizers that look at what the tables hold. */
const KNOWS_EMPTY = 'statistics_propagation,compressed_materialization'

async function attachImage(
  connection: DuckDBConnection,
  folder: string | undefined,
): Promise<Explanation['over']> {
  if (folder === undefined || !existsSync(imageFile(folder))) return 'emptyTables'
  try {
    await connection.run(`ATTACH ${quoteString(imageFile(folder))} AS image (READ_ONLY)`)
    return 'data'
  } catch {
    // A running host holds the file.
    return 'lockedData'
  }
}

const PARTITION_MASKS = { year: '%Y', month: '%m', day: '%d' } as const

/** Makes a view of the stored table, or an empty table; tells whether it holds what it should. */
async function makeTable(
  connection: DuckDBConnection,
  { name, columns, partitionColumns }: LakeTable,
  isStored: boolean,
): Promise<boolean> {
  if (isStored) {
    const created = quoteIdentifier('createdAt')
    const selected = [
      ...columns.map((column) => quoteIdentifier(column.name)),
      ...partitionColumns.map(
        (part) => `strftime(${created}, '${PARTITION_MASKS[part]}') AS ${quoteIdentifier(part)}`,
      ),
    ]
    const from = `image.${STORED}.${quoteIdentifier(name)}`
    try {
      await connection.run(
        `CREATE VIEW ${quoteIdentifier(name)} AS SELECT ${selected.join(', ')} FROM ${from}`,
      )
      return true
    } catch {
      // The image is of another schema, in which the table has other columns or is missing.
    }
  }
  const defined = [
    ...columns.map((column) => `${quoteIdentifier(column.name)} ${duckdbType(column.type)}`),
    ...partitionColumns.map((part) => `${quoteIdentifier(part)} VARCHAR`),
  ]
  await connection.run(`CREATE TABLE ${quoteIdentifier(name)} (${defined.join(', ')})`)
  return !isStored
}
