import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { prepareQuery } from '../../../../src/adapters/embedded/dialect/gate.js'
import { analyze } from '../../../../src/adapters/embedded/dialect/translate.js'
import { TranslateError } from '../../../../src/adapters/embedded/dialect/translateError.js'
import { sqlError } from '../../../../src/adapters/embedded/sql/failures.js'
import { streamChunks } from '../../../../src/adapters/embedded/sql/streamChunks.js'
import type { LakeTable } from '../../../../src/model/lakeSchema.js'
import { AthenaFailedError } from './athenaFailedError.js'
import { athenaText, athenaType } from './athenaText.js'

export interface AthenaColumn {
  readonly name: string
  /** In Athena's words. */
  readonly type: string
}

export interface AthenaResult {
  readonly columns: readonly AthenaColumn[]
  /** Undefined for null. */
  readonly rows: readonly (readonly (string | undefined)[])[]
}

/** Runs a statement on the image. Throws `AthenaFailedError`; a statement that `signal` ends throws its reason. */
export async function runStatement(
  instance: DuckDBInstance,
  sql: string,
  tables: readonly LakeTable[],
  signal: AbortSignal,
): Promise<AthenaResult> {
  const translation = translated(sql, tables)
  const connection = await instance.connect()
  const stop = interruptOnAbort(connection, signal)
  try {
    const names = tables.map(({ name }) => name)
    const result = await (await prepareQuery(connection, translation.sql, names)).stream()
    const rows: (string | undefined)[][] = []
    for await (const chunk of streamChunks(connection, result)) {
      signal.throwIfAborted()
      const columns = translation.columns.map((_, at) => chunk.getColumnVector(at))
      for (let row = 0; row < chunk.rowCount; row++) {
        rows.push(
          translation.columns.map(({ type }, at) => {
            return athenaText(columns[at]?.getItem(row) ?? null, type)
          }),
        )
      }
    }
    const columns = translation.columns.map(({ name, type }, at) => {
      return { name: name === '' ? `_col${at}` : name, type: athenaType(type) }
    })
    return { columns, rows }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw failed(error)
  } finally {
    stop()
    connection.closeSync()
  }
}

function translated(sql: string, tables: readonly LakeTable[]) {
  try {
    return analyze(sql, tables)
  } catch (error) {
    if (!(error instanceof TranslateError)) throw error
    throw new AthenaFailedError(`SYNTAX_ERROR: line 1:${(error.start ?? 0) + 1}: ${error.message}`, {
      category: 2,
      type: 1006,
    })
  }
}

/** Beginnings of Athena's words for failures, by what the embedded engine says in their place. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^Division by zero/, 'DIVISION_BY_ZERO: Division by zero'],
  [/cast to boolean/, "INVALID_CAST_ARGUMENT: Cannot cast 'x' to BOOLEAN"],
  [/cast to a whole number/, "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"],
  [/cast to a number/, "INVALID_CAST_ARGUMENT: Cannot cast 'x' to DOUBLE"],
  [
    /cast to decimal/,
    "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR 'x' to DECIMAL(10, 2). Value is not a number.",
  ],
  [/cast to date/, 'INVALID_CAST_ARGUMENT: Value cannot be cast to date: x'],
  [/cast to timestamp/, 'INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: x'],
  [/cast to time/, 'INVALID_CAST_ARGUMENT: Value cannot be cast to time: x'],
]

function failed(error: unknown): AthenaFailedError {
  if (error instanceof AthenaFailedError) return error
  const { reason, message } = sqlError(error)
  if (reason === 'outOfMemory') {
    return new AthenaFailedError('Query exhausted resources at this scale factor', { category: 2, type: 1 })
  }
  if (reason !== 'failed') {
    return new AthenaFailedError(`GENERIC_INTERNAL_ERROR: ${String(error)}`, { category: 1, type: 200 })
  }
  const known = WORDS.find(([pattern]) => pattern.test(message))?.[1]
  const code = /out of range|overflow/i.test(message)
    ? 'NUMERIC_VALUE_OUT_OF_RANGE'
    : 'INVALID_FUNCTION_ARGUMENT'
  return new AthenaFailedError(known ?? `${code}: ${message}`, { category: 2, type: 1001 })
}

/** An interrupt that comes between two steps of a statement is lost, so it is repeated. */
function interruptOnAbort(connection: DuckDBConnection, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection.interrupt()
    timer = setInterval(() => connection.interrupt(), 20)
  }
  signal.addEventListener('abort', interrupt)
  return () => {
    clearInterval(timer)
    signal.removeEventListener('abort', interrupt)
  }
}
