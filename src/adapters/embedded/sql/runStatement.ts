import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'
import { SqlError, type SqlRow } from '../../../ports/sqlEngine.js'
import { GateError, prepareQuery } from '../dialect/gate.js'
import { sqlError } from './failures.js'
import { chunkRows } from './resultValues.js'
import type { StatementConnections } from './statementConnections.js'
import { BrokenStreamError, streamChunks } from './streamChunks.js'

/** A statement in DuckDB's dialect. */
export interface TranslatedStatement {
  readonly sql: string
  /** Names of the tables that it may read. */
  readonly tables: readonly string[]
  /** Set when the engine's own parse of this text has been looked at, and holds nothing but these tables. */
  readonly checked?: { passed: boolean }
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
  connections: StatementConnections,
  statement: TranslatedStatement,
  limits: StatementLimits,
  sink: RowSink,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted()
  const connection = await connections.connect()
  const stopInterrupting = interruptOnAbort(connection, signal)
  let prepared: DuckDBPreparedStatement | undefined
  let isDone = false
  try {
    prepared = await prepareSelect(connections, connection, statement)
    const result = await prepared.stream()
    const types = result.columnTypes()
    let rowCount = 0
    let bytes = 0
    for await (const chunk of streamChunks(connection, result)) {
      signal.throwIfAborted()
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
    isDone = true
    return rowCount
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (!(error instanceof BrokenStreamError)) throw sqlError(error)
    const failure = await failureOf(connection, statement.sql, error)
    signal.throwIfAborted()
    throw sqlError(failure)
  } finally {
    stopInterrupting()
    prepared?.destroySync()
    // What was broken off may still be held by the connection.
    if (isDone) connections.giveBack(connection)
    else connections.discard(connection)
  }
}

/** Why a statement broke: asks for its rows once more, all at once, and keeps none of them. */
async function failureOf(
  connection: DuckDBConnection,
  sql: string,
  broken: BrokenStreamError,
): Promise<unknown> {
  try {
    await connection.run(`SELECT bit_xor(hash(asked)) FROM (${sql}) AS asked`)
  } catch (error) {
    return error
  }
  return new SqlError('failed', broken.message, { cause: broken })
}

function tooMany(limit: string): SqlError {
  return new SqlError('tooManyRows', `The statement's result is larger than ${limit}.`)
}

/**
 * The second wall: whatever else the text turned out to be is refused here at the latest. What passed it once is not
 * parsed for it again.
 */
async function prepareSelect(
  connections: StatementConnections,
  connection: DuckDBConnection,
  { sql, tables, checked }: TranslatedStatement,
): Promise<DuckDBPreparedStatement> {
  if (checked?.passed) {
    const prepared = await connection.prepare(sql)
    if (prepared.statementType === StatementType.SELECT) return prepared
    prepared.destroySync()
    throw new SqlError('failed', 'Only a SELECT can run.')
  }
  try {
    const parser = await connections.parserOf(connection)
    const prepared = await prepareQuery(connection, sql, tables, parser)
    if (checked) checked.passed = true
    return prepared
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
