import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { SqlError, type SqlRow } from '../../../ports/sqlEngine.js'
import { GateError, prepareQuery } from '../dialect/gate.js'
import { sqlError } from './failures.js'
import { chunkRows } from './resultValues.js'

/** A statement in DuckDB's dialect. */
export interface TranslatedStatement {
  readonly sql: string
  /** Names of the tables that it may read. */
  readonly tables: readonly string[]
}

export interface StatementLimits {
  readonly maxRows: number
  /** Most bytes of the rows as JSON. */
  readonly maxBytes: number
}

/** Takes rows as they come, with the length of their JSON lines. A promise holds the statement up meanwhile. */
export interface RowSink {
  take(row: SqlRow, json: string): void
  /** Called now and then between rows. */
  drain(): Promise<void>
}

/**
 * Runs one statement in DuckDB's dialect, on the snapshot of its own transaction. Rows stream into the sink; answers
 * their number. When the signal aborts, its reason is thrown: a `SqlError`, as for every failure.
 */
export async function runStatement(
  instance: DuckDBInstance,
  statement: TranslatedStatement,
  limits: StatementLimits,
  sink: RowSink,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted()
  const connection = await instance.connect()
  const stopInterrupting = interruptOnAbort(connection, signal)
  try {
    const result = await startSelect(connection, statement)
    const types = result.columnTypes()
    let rowCount = 0
    let bytes = 0
    for (;;) {
      signal.throwIfAborted()
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) break
      for (const row of chunkRows(chunk, types)) {
        const json = JSON.stringify(row)
        rowCount += 1
        bytes += json.length + 1
        if (rowCount > limits.maxRows) throw tooMany(`${limits.maxRows} rows`)
        if (bytes > limits.maxBytes) throw tooMany(`${Math.round(limits.maxBytes / 1024 / 1024)} MiB`)
        sink.take(row, json)
      }
      await sink.drain()
    }
    return rowCount
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw sqlError(error)
  } finally {
    stopInterrupting()
    connection.closeSync()
  }
}

function tooMany(limit: string): SqlError {
  return new SqlError('tooManyRows', `The statement's result is larger than ${limit}.`)
}

/** The second wall: whatever else the text turned out to be is refused here at the latest. */
async function startSelect(connection: DuckDBConnection, { sql, tables }: TranslatedStatement) {
  try {
    return await (await prepareQuery(connection, sql, tables)).stream()
  } catch (error) {
    if (error instanceof GateError) throw new SqlError('failed', error.message, { cause: error })
    throw error
  }
}

const INTERRUPT_MS = 20

/** An interrupt that comes between two steps of a statement is lost, so it is repeated. */
function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection.interrupt()
    timer = setInterval(() => connection.interrupt(), INTERRUPT_MS)
  }
  if (signal.aborted) interrupt()
  else signal.addEventListener('abort', interrupt)
  return () => {
    clearInterval(timer)
    signal.removeEventListener('abort', interrupt)
  }
}
