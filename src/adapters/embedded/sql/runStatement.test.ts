import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SqlError } from '../../../ports/sqlEngine.js'
import { runStatement, type StatementLimits } from './runStatement.js'
import { type ConnectionPool, createConnectionPool } from './statementConnections.js'
import { streamChunks } from './streamChunks.js'

const ROWS = 600_000
const BAD_FROM = 500_000
const LARGE: StatementLimits = { maxRows: 10 * ROWS, maxBytes: 1e9 }

let instance: DuckDBInstance
let pool: ConnectionPool

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run(`CREATE TABLE play AS SELECT range AS n,
    CASE WHEN range >= ${BAD_FROM} THEN 'late' ELSE range::VARCHAR END AS seat FROM range(${ROWS})`)
  connection.closeSync()
})
beforeEach(() => {
  pool = createConnectionPool(instance)
})
afterAll(() => instance.closeSync())

function run(
  sql: string,
  { limits = LARGE, signal = new AbortController().signal, take = () => {} } = {},
): Promise<number> {
  const sink = { take, drain: async () => undefined }
  return runStatement(pool, { sql, tables: ['play'] }, limits, sink, signal).finally(pool.close)
}

test('a statement that fails after many of its rows fails, and says why', async () => {
  let taken = 0
  const failing = run('SELECT CAST(seat AS INTEGER) AS seat, n AS seat FROM play', { take: () => taken++ })
  await expect(failing).rejects.toThrow("Could not convert string 'late' to INT32")
  expect(taken).toBeGreaterThan(0)
  expect(await run('SELECT seat FROM play')).toBe(ROWS)
})

test('a statement that is stopped between two rows does not succeed with those before', async () => {
  for (const rows of [1, 3000]) {
    const stop = new AbortController()
    let taken = 0
    const take = () => {
      taken += 1
      if (taken === rows) stop.abort(new SqlError('cancelled', 'Stopped.'))
    }
    await expect(run('SELECT seat FROM play', { signal: stop.signal, take })).rejects.toThrow('Stopped.')
  }
})

test('a result that breaks can not be taken for a whole one', async () => {
  const connection = await instance.connect()
  const read = async (result: DuckDBResult) => {
    let rows = 0
    for await (const chunk of streamChunks(connection, result)) rows += chunk.rowCount
    return rows
  }
  expect(await read(await connection.stream('SELECT seat FROM play'))).toBe(ROWS)
  expect(await read(await connection.stream('SELECT seat FROM play WHERE n < 0'))).toBe(0)
  await expect(read(await connection.stream('SELECT seat::INT FROM play'))).rejects.toThrow(
    'failed after its first rows',
  )
  connection.closeSync()
})

test('what is broken off leaves no transaction behind', async () => {
  const writer = await instance.connect()
  for (const limits of [
    { ...LARGE, maxRows: 3000 },
    { ...LARGE, maxBytes: 100 },
  ]) {
    await expect(run('SELECT seat FROM play', { limits })).rejects.toMatchObject({ reason: 'tooManyRows' })
    await writer.run("UPDATE play SET seat = 'late' WHERE n = 599999")
    await writer.run('CHECKPOINT')
  }
  writer.closeSync()
})

test('a connection on which a statement failed is forgotten, with its parser', async () => {
  const parser = await pool.parserOf(await pool.connect())
  let failed: DuckDBConnection | undefined
  const { connect } = pool
  Object.assign(pool, {
    async connect() {
      failed = await connect()
      return failed
    },
  })
  await expect(run('SELECT nobody FROM play')).rejects.toMatchObject({ reason: 'failed' })
  // It has a new one made, which can't be.
  await expect(pool.parserOf(failed as DuckDBConnection)).rejects.toThrow()
  parser.destroySync()
})
