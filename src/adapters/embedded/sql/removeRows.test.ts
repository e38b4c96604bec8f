import { DuckDBInstance, DuckDBTimestampValue } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import type { ImageTable } from './image.js'
import { STORED, storedName } from './imageSchema.js'
import type { PendingRow } from './pendingRows.js'
import { removeRows } from './removeRows.js'

const ROWS = 1000

async function openTable() {
  const writer = await (await DuckDBInstance.create(':memory:')).connect()
  await writer.run(`CREATE SCHEMA "${STORED}"`)
  await writer.run(
    `CREATE TABLE ${storedName('play')} AS
     SELECT 'p' || i AS id, make_timestamp(i * 1000000) AS "createdAt" FROM range(${ROWS}) r(i)`,
  )
  const table = { table: { name: 'play', idColumn: 'id' } } as ImageTable
  const left = async () => {
    const result = await writer.runAndReadAll(`SELECT id FROM ${storedName('play')}`)
    return new Set(result.getRows().map(([id]) => id as string))
  }
  return { writer, table, left }
}

function gone(number: number, ...seconds: readonly number[]): PendingRow {
  return {
    id: `p${number}`,
    times: seconds.map((second) => new DuckDBTimestampValue(BigInt(second) * 1_000_000n)),
  } as unknown as PendingRow
}

// One by one, together in a text, and in a table.
describe.each([3, 60, 600])('of %i rows', (count) => {
  test('removes those of that id and that time, and no other', async () => {
    const { writer, table, left } = await openTable()
    const rows = [
      ...Array.from({ length: count - 3 }, (_, number) => gone(number, number)),
      // At a time that it never had, at one of two, and never there.
      gone(700, 701),
      gone(800, 1, 800),
      gone(5000, 5000),
    ]
    expect(await removeRows(writer, table, rows)).toBe(count - 2)
    const ids = await left()
    expect(ids.size).toBe(ROWS - (count - 2))
    expect(ids.has('p700')).toBe(true)
    expect(ids.has('p800')).toBe(false)
    writer.closeSync()
  })
})

test('removes the same whichever way it has learnt to take', async () => {
  const { writer, table, left } = await openTable()
  let removed = 0
  for (let round = 0; round < 60; round++) {
    const size = [1, 4, 12][round % 3] as number
    const rows = Array.from({ length: size }, (_, at) => gone(removed + at, removed + at))
    expect(await removeRows(writer, table, rows)).toBe(size)
    removed += size
  }
  expect(await left()).toEqual(new Set(Array.from({ length: ROWS - removed }, (_, at) => `p${removed + at}`)))
  writer.closeSync()
})

test.each([1, 40])('takes ids as they are, %i at a time', async (size) => {
  const { writer, table } = await openTable()
  const ids = [`it's`, "'); --", 'nul\0inside', 'é € 😀', '$1', '\\', '']
  for (const [at, id] of ids.entries())
    await writer.run(`INSERT INTO ${storedName('play')} VALUES ($1, make_timestamp(${at}))`, [id])
  const rows = ids.map(
    (id, at) => ({ id, times: [new DuckDBTimestampValue(BigInt(at))] }) as unknown as PendingRow,
  )
  const others = Array.from({ length: size - 1 }, (_, at) => gone(5000 + at, at))
  let removed = 0
  if (size === 1) for (const row of rows) removed += await removeRows(writer, table, [row])
  else removed = await removeRows(writer, table, [...rows, ...others])
  expect(removed).toBe(ids.length)
  writer.closeSync()
})

test('removes nothing of no rows', async () => {
  const { writer, table, left } = await openTable()
  expect(await removeRows(writer, table, [])).toBe(0)
  expect((await left()).size).toBe(ROWS)
  writer.closeSync()
})
