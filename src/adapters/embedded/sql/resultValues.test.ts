import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SqlRow } from '../../../ports/sqlEngine.js'
import { runStatement } from './runStatement.js'
import { createConnectionPool } from './statementConnections.js'

let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  instance = await DuckDBInstance.create()
  connection = await instance.connect()
  await connection.run(`SET GLOBAL TimeZone = 'UTC'`)
})

afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

it.each([
  [`NULL`, null],
  [`true`, true],
  [`42::TINYINT`, 42],
  [`9007199254740991`, 9007199254740991],
  [`-9007199254740991`, -9007199254740991],
  [`9007199254740992`, '9007199254740992'],
  [`(SELECT sum(x) FROM (VALUES (1), (2)) t(x))`, 3],
  [`170141183460469231731687303715884105727::HUGEINT`, '170141183460469231731687303715884105727'],
  [`1.50::DECIMAL(10, 2)`, '1.50'],
  [`-0.05::DECIMAL(4, 2)`, '-0.05'],
  [`0.1::FLOAT`, 0.1],
  [`16777217::FLOAT`, 16777216],
  [`1e300::DOUBLE`, 1e300],
  [`'NaN'::DOUBLE`, 'NaN'],
  [`'Infinity'::DOUBLE`, 'Infinity'],
  [`'-Infinity'::FLOAT`, '-Infinity'],
  [`'é\u{1F600}'`, 'é\u{1F600}'],
  [`TIMESTAMP '2024-02-29 12:34:56.789999'`, '2024-02-29T12:34:56.789Z'],
  [`TIMESTAMP '1969-12-31 23:59:59.9995'`, '1969-12-31T23:59:59.999Z'],
  [`TIMESTAMPTZ '2024-01-01 00:00:00+05:30'`, '2023-12-31T18:30:00.000Z'],
  [`'2024-01-01 00:00:00.123'::TIMESTAMP_MS`, '2024-01-01T00:00:00.123Z'],
  [`'2024-01-01 00:00:00.123456789'::TIMESTAMP_NS`, '2024-01-01T00:00:00.123Z'],
  [`'2024-01-01 00:00:01'::TIMESTAMP_S`, '2024-01-01T00:00:01.000Z'],
  [`'infinity'::TIMESTAMP`, 'infinity'],
  [`DATE '0099-03-04'`, '0099-03-04'],
  [`DATE '1900-01-01'`, '1900-01-01'],
  [`TIME '01:02:03.4567'`, '01:02:03.456'],
  [`TIME '24:00:00'`, '24:00:00.000'],
  [`[1, NULL, 3]`, [1, null, 3]],
  [`[[DATE '2024-01-01'], []]`, [['2024-01-01'], []]],
  [`[1, 2]::INTEGER[2]`, [1, 2]],
  [`{'a': 1, 'b': {'c': [1.5::DECIMAL(3, 1)]}}`, { a: 1, b: { c: ['1.5'] } }],
  [`MAP {'x': 1, 'y': NULL}`, { x: 1, y: null }],
  [`MAP {1: 'a'}`, { 1: 'a' }],
  [`'\\x00\\xFF'::BLOB`, 'AP8='],
  [`'8f1d6f0e-5d5c-4b0e-9d0a-111213141516'::UUID`, '8f1d6f0e-5d5c-4b0e-9d0a-111213141516'],
  [`'b'::ENUM('a', 'b')`, 'b'],
  [`'{"a": [1]}'::JSON`, '{"a": [1]}'],
  [`INTERVAL 90 MINUTE`, '01:30:00'],
])('%s is %j', async (sql, expected) => {
  expect(await rowsOf(`SELECT ${sql}`)).toEqual([[expected]])
})

it('reads results of many chunks in order, with columns of one name', async () => {
  const rows = await rowsOf('SELECT i AS n, i + 1 AS n FROM (SELECT unnest(range(5000)) AS i) ORDER BY i')
  expect(rows).toHaveLength(5000)
  expect(rows[4999]).toEqual([4999, 5000])
})

async function rowsOf(sql: string): Promise<SqlRow[]> {
  const rows: SqlRow[] = []
  const sink = { take: (row: SqlRow) => rows.push(row), drain: async () => undefined }
  const limits = { maxRows: 10_000, maxBytes: 1e7 }
  const pool = createConnectionPool(instance)
  await runStatement(pool, { sql, tables: [] }, limits, sink, new AbortController().signal)
  pool.close()
  return rows
}
