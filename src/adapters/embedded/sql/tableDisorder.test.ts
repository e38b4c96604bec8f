import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import { STORED, storedName } from './imageSchema.js'
import { disorderOf, tableDisorder } from './tableDisorder.js'

const group = (from: number, to: number, rows = 100) => ({ from, to, rows })

describe('row groups that are looked at for a row of a known time', () => {
  test.each([
    ['none', [], 0],
    ['one', [group(0, 9)], 1],
    ['in order', [group(0, 9), group(10, 19), group(20, 29)], 1],
    [
      'in order, and several of one and the same time',
      [group(0, 5), group(5, 5), group(5, 5), group(5, 9)],
      0.5,
    ],
    ['all of the same time', [group(5, 5), group(5, 5), group(5, 5)], 0],
    ['anyhow', [group(0, 30), group(0, 30), group(0, 30), group(0, 30)], 4],
    // A row of one of the first three is in its own and in the last; one of the last in all of the last and a third of each.
    ['in order, with one anyhow after them', [group(0, 10), group(10, 20), group(20, 30), group(0, 30)], 2],
  ])('%s', (_name, groups, expected) => {
    expect(disorderOf(groups)).toEqual({ groups: groups.length, lookedAt: expect.closeTo(expected, 5) })
  })

  test('are read from what the engine keeps of a table, stored or not yet', async () => {
    const writer = await (await DuckDBInstance.create(':memory:')).connect()
    await writer.run(`CREATE SCHEMA ${STORED}`)
    const name = storedName('play')
    await writer.run(
      `CREATE TABLE ${name} AS SELECT i AS id, make_timestamp(1700000000000000 + i * 1000000) AS "createdAt"
       FROM range(500000) r(i)`,
    )
    const sorted = await tableDisorder(writer, 'play')
    expect(sorted.groups).toBeGreaterThanOrEqual(4)
    expect(sorted.lookedAt).toBeCloseTo(1, 1)
    // As updates of rows of any age do.
    await writer.run(`INSERT INTO ${name} SELECT * FROM ${name} ORDER BY hash(id)`)
    const updated = await tableDisorder(writer, 'play')
    expect(updated.lookedAt).toBeGreaterThan(updated.groups / 3)
    writer.closeSync()
  })
})
