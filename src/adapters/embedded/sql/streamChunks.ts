import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBResult,
  ResultReturnType,
} from '@duckdb/node-api'

/** A statement failed after its first rows. The engine's binding does not tell why. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError'

  constructor() {
    super('The statement failed after its first rows.')
  }
}

/**
 * The rows of a result that streams, all of them: the engine's binding ends a result in the same way after its last row
 * and after a failure, which is thrown here as a `BrokenStreamError`.
 *
 * Who stops asking before the end lets go of the statement, too: its transaction would otherwise stay open until the
 * result's memory is collected, and no `CHECKPOINT` would succeed meanwhile.
 */
export async function* streamChunks(
  connection: DuckDBConnection,
  result: DuckDBResult,
): AsyncGenerator<DuckDBDataChunk, void, void> {
  let isAtEnd = false
  try {
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) break
      yield chunk
    }
    isAtEnd = true
    if (result.returnType === ResultReturnType.INVALID) throw new BrokenStreamError()
  } finally {
    if (!isAtEnd) await breakOff(connection, result)
  }
}

/** What is interrupted ends with the rows that it has ready. */
async function breakOff(connection: DuckDBConnection, result: DuckDBResult): Promise<void> {
  connection.interrupt()
  try {
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
    }
  } catch {
    // Then it has ended.
  }
}
