import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { ENGINE_SETTINGS, prepareQuery } from '../../src/adapters/embedded/dialect/gate.js'
import { MACROS } from '../../src/adapters/embedded/dialect/macros.js'
import { analyze } from '../../src/adapters/embedded/dialect/translate.js'
import type { SqlType } from '../../src/adapters/embedded/dialect/types.js'
import { chunkRows } from '../../src/adapters/embedded/sql/resultValues.js'
import type { Json } from '../../src/model/json.js'
import type { LakeTable } from '../../src/model/lakeSchema.js'

/** What one statement may take, in milliseconds. */
const LONGEST_MS = 10_000

export interface Engine {
  readonly connection: DuckDBConnection
  /** Translates and runs a statement; rows of Trino's types are arrays, keys of maps are sorted. */
  run(sql: string, tables?: readonly LakeTable[]): Promise<Json[][]>
  close(): void
}

/** A locked instance as statements meet it. */
export async function openEngine(): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  for (const statement of [...MACROS, ...ENGINE_SETTINGS]) await connection.run(statement)
  return {
    connection,
    run: (sql, tables = []) => run(connection, sql, tables),
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

async function run(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly LakeTable[],
): Promise<Json[][]> {
  const { sql: translated, columns } = analyze(sql, tables)
  const prepared = await prepareQuery(
    connection,
    translated,
    tables.map((table) => table.name),
  )
  // A recursion without an end would hold the suite up for ever.
  const limit = setTimeout(() => connection.interrupt(), LONGEST_MS)
  const result = await prepared.run().finally(() => clearTimeout(limit))
  const types = result.columnTypes()
  const rows: Json[][] = []
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return rows
    for (const row of chunkRows(chunk, types)) {
      rows.push(row.map((value, at) => inOrder(value, (columns[at] as { type: SqlType }).type)))
    }
  }
}

function inOrder(value: Json, type: SqlType): Json {
  if (value === null) return null
  if (type.kind === 'array') return (value as Json[]).map((item) => inOrder(item, type.item))
  if (type.kind === 'row') {
    return Object.values(value).map((part, at) => inOrder(part, (type.fields[at] as { type: SqlType }).type))
  }
  if (type.kind !== 'map') return value
  const entries = Object.entries(value as Record<string, Json>).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, part]) => [key, inOrder(part, type.value)]))
}
