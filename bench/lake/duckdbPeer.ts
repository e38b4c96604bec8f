/**
 * DuckDB on files, in a process of its own with the threads that SQL has in the lake: answers each message, a statement,
 * with the milliseconds that it took, its first row, and the bytes that the process has read for it.
 */
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const [threads = '2', ...statements] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads })
const connection = await instance.connect()
await connection.run("SET TimeZone = 'UTC'")
for (const statement of statements) await connection.run(statement)

export interface PeerAnswer {
  readonly ms: number
  readonly first: string
  readonly bytesRead: number
  readonly failed?: string
}

process.on('message', async (sql: string) => {
  try {
    const before = bytesRead()
    const start = performance.now()
    const rows = (await connection.runAndReadAll(sql)).getRowsJson()
    const ms = performance.now() - start
    answer({ ms, first: JSON.stringify(rows[0] ?? null), bytesRead: bytesRead() - before })
  } catch (error) {
    answer({ ms: 0, first: '', bytesRead: 0, failed: String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')

function answer(message: PeerAnswer): void {
  process.send?.(message)
}

/** Bytes that read calls have given, from the disk or from the system's cache. */
function bytesRead(): number {
  try {
    return Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
