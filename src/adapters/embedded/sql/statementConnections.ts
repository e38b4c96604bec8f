import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api'
import { prepareParser } from '../dialect/gate.js'

/** Where a statement gets a connection of its own from. */
export interface StatementConnections {
  connect(): Promise<DuckDBConnection>
  /** Takes a connection back on which nothing runs any more. */
  giveBack(connection: DuckDBConnection): void
  /** Closes a connection that a statement has failed on. */
  discard(connection: DuckDBConnection): void
  /** The engine's parser on a connection of these, see `prepareParser`. */
  parserOf(connection: DuckDBConnection): Promise<DuckDBPreparedStatement>
}

/** Connections that statements use one after the other: to open one, and to prepare its parser, takes part of a millisecond. */
export interface ConnectionPool extends StatementConnections {
  /** Closes those that nobody uses; the others are closed when they are given back. */
  close(): void
}

/** At most so many are kept open. */
const KEPT = 8

export function createConnectionPool(instance: DuckDBInstance): ConnectionPool {
  const parsers = new Map<DuckDBConnection, DuckDBPreparedStatement>()
  let free: DuckDBConnection[] = []
  let closed = false

  function end(connection: DuckDBConnection): void {
    parsers.get(connection)?.destroySync()
    parsers.delete(connection)
    connection.closeSync()
  }

  return {
    connect: async () => free.pop() ?? instance.connect(),
    giveBack(connection) {
      if (closed || free.length >= KEPT) end(connection)
      else free.push(connection)
    },
    discard: end,
    async parserOf(connection) {
      const known = parsers.get(connection)
      if (known) return known
      const parser = await prepareParser(connection)
      parsers.set(connection, parser)
      return parser
    },
    close() {
      closed = true
      for (const connection of free) end(connection)
      free = []
    },
  }
}
