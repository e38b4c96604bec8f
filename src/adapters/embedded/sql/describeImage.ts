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

/** Head and free list of an empty database. */
const EMPTY_BYTES = 64 * 1024

/**
 * Counts rows. The ideal size is the rows at the bytes that a row of their table took when the file was made; a table
 * that was filled since then counts at what the rows in the file take on average, removed ones included.
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
         (SELECT sum(estimated_size) FROM duckdb_tables() WHERE schema_name = 'stored')`,
    )) as [bigint, bigint | null][]
    const bytes = imageBytes(folder, generation)
    // What waits in the log has no blocks yet.
    const heldBytes = Number(held?.[0] ?? 0) + logBytes(folder, generation)
    const averageBytes = heldBytes / Math.max(1, Number(held?.[1] ?? 0))
    const tables: TableDescription[] = []
    for (const table of names) {
      const [[count] = [0n]] = (await all(`SELECT count(*) FROM ${storedName(table)}`)) as [bigint][]
      const rows = Number(count)
      tables.push({ table, rows, idealBytes: Math.round(rows * (rowBytes.get(table) ?? averageBytes)) })
    }
    const idealBytes = tables.reduce((sum, table) => sum + table.idealBytes, EMPTY_BYTES)
    return { generation, position, madeAt, bytes, idealBytes, tables }
  })
}
