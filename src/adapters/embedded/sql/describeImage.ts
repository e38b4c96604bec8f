import type { Image } from './image.js'
import { imageBytes, logBytes, withConnection } from './imageFile.js'
import { storedName } from './imageSchema.js'

/** How large the image is, and how large it need be. */
export interface ImageDescription {
  readonly generation: number
  /** Feed sequence that it shows. */
  readonly position: number
  /** Bytes of its file and of the file's log. */
  readonly bytes: number
  /** About what a fresh copy would take. */
  readonly idealBytes: number
  /** When its file was made from the table, milliseconds since 1970. */
  readonly madeAt: number
  readonly tables: readonly TableDescription[]
}

export interface TableDescription {
  readonly table: string
  readonly rows: number
  /** Its part of `idealBytes`. */
  readonly idealBytes: number
}

/** Blocks of a fresh file without rows: measured with DuckDB 1.5, for its head, its catalog and our own tables. */
const EMPTY_BLOCKS = 5

/**
 * Counts rows. The ideal size is the rows at the bytes that a row of their table took when the file was made; a table
 * that was filled since then counts at what the rows in the file take on average, removed ones included. A table with
 * rows has a block at least.
 */
export async function describeImage(image: Image, folder: string): Promise<ImageDescription> {
  const { instance, generation, position, madeAt } = image
  const names = [...image.tables.keys()]
  return withConnection(instance, async (connection) => {
    const all = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
    const rowBytes = new Map(
      (await all('SELECT name, row_bytes FROM meta.tables')) as [string, number | null][],
    )
    const [held] = (await all(
      `SELECT (SELECT used_blocks * block_size FROM pragma_database_size()),
         (SELECT block_size FROM pragma_database_size()),
         (SELECT sum(estimated_size) FROM duckdb_tables() WHERE schema_name = 'stored')`,
    )) as [bigint, bigint, bigint | null][]
    const bytes = imageBytes(folder, generation)
    // What waits in the log has no blocks yet.
    const heldBytes = Number(held?.[0] ?? 0) + logBytes(folder, generation)
    const blockBytes = Number(held?.[1] ?? 0)
    const emptyBytes = EMPTY_BLOCKS * blockBytes
    const averageBytes = Math.max(0, heldBytes - emptyBytes) / Math.max(1, Number(held?.[2] ?? 0))
    const tables: TableDescription[] = []
    for (const table of names) {
      const [[count] = [0n]] = (await all(`SELECT count(*) FROM ${storedName(table)}`)) as [bigint][]
      const rows = Number(count)
      const rowsBytes = Math.round(rows * (rowBytes.get(table) ?? averageBytes))
      tables.push({ table, rows, idealBytes: rows === 0 ? 0 : Math.max(blockBytes, rowsBytes) })
    }
    const idealBytes = tables.reduce((sum, table) => sum + table.idealBytes, emptyBytes)
    return { generation, position, madeAt, bytes, idealBytes, tables }
  })
}
