import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { SqlChecker } from '../../ports/sqlChecker.js'
import { createSqlChecker } from './sqlChecker.js'

const TABLE: LakeTable = {
  name: 'order',
  kind: 'entity',
  idColumn: 'id',
  columns: [
    { name: 'id', type: { kind: 'string' } },
    { name: 'total', type: { kind: 'double' } },
    { name: 'placedAt', type: { kind: 'timestamp' } },
    {
      name: 'lines',
      type: { kind: 'array', item: { kind: 'struct', fields: [{ name: 'n', type: { kind: 'int' } }] } },
    },
  ],
  partitionColumns: ['year', 'month', 'day'],
}

let checker: SqlChecker
beforeAll(async () => {
  checker = await createSqlChecker()
})
afterAll(() => checker.close())

describe('sqlChecker', () => {
  it('describes the columns of a result', async () => {
    const sql = `SELECT id, sum(total) AS total, count(*) AS "Count", max(placedAt) AS last, avg(1.50) AS price,
      array_agg(day) AS days, max(1) AS one, true AS yes, max(lines[1]) AS line, null AS nothing, date '2024-01-01' AS d,
      max(current_timestamp) AS now, interval '1' day AS i, map(array['a'], array[1]) AS m
      FROM "order" GROUP BY id`
    const answer = await checker.describe([TABLE], sql)
    expect(answer).toEqual({
      ok: true,
      columns: [
        { name: 'id', type: { kind: 'string' } },
        { name: 'total', type: { kind: 'double' } },
        { name: 'Count', type: { kind: 'bigint' } },
        { name: 'last', type: { kind: 'timestamp' } },
        { name: 'price', type: { kind: 'decimal' } },
        { name: 'days', type: { kind: 'array', item: { kind: 'string' } } },
        { name: 'one', type: { kind: 'int' } },
        { name: 'yes', type: { kind: 'boolean' } },
        { name: 'line', type: { kind: 'struct', fields: [{ name: 'n', type: { kind: 'int' } }] } },
        { name: 'nothing', type: { kind: 'null' } },
        { name: 'd', type: { kind: 'date' } },
        { name: 'now', type: { kind: 'timestamp' } },
        { name: 'i', type: { kind: 'unknown', name: 'interval day to second' } },
        { name: 'm', type: { kind: 'map', key: { kind: 'string' }, value: { kind: 'int' } } },
      ],
    })
  })

  it('says what is wrong, and where', async () => {
    expect(await checker.describe([TABLE], 'SELECT totl FROM "order"')).toEqual({
      ok: false,
      message: 'Column totl does not exist; did you mean total.',
      at: { start: 7, end: 11 },
    })
    expect(await checker.describe([TABLE], 'SELECT id FROM order')).toMatchObject({
      ok: false,
      at: { start: 15, end: 20 },
    })
    expect(await checker.describe([TABLE], 'SELECT')).toMatchObject({ ok: false })
  })

  it('leaves failures of values to the run, as Athena does', async () => {
    for (const sql of [
      'SELECT 1 / 0',
      "SELECT CAST('x' AS integer)",
      'SELECT array[1][2]',
      'SELECT 2147483647 + 1',
    ]) {
      expect(await checker.describe([], sql)).toMatchObject({ ok: true })
    }
  })

  it('says so when the engine can not run what Trino would', async () => {
    const answer = await checker.describe([], 'SELECT try(1 / CAST(rand() AS integer))')
    expect(answer).toMatchObject({ ok: false })
    if (!answer.ok) expect(answer.message).not.toMatch(/LINE|ocg|t\d|Binder/)
  })

  it('follows a schema that changes, and statements that come at once', async () => {
    const changed: LakeTable = { ...TABLE, columns: [{ name: 'id', type: { kind: 'int' } }] }
    const answers = await Promise.all([
      checker.describe([TABLE], 'SELECT id FROM "order"'),
      checker.describe([changed], 'SELECT id FROM "order"'),
      checker.describe([], 'SELECT id FROM "order"'),
      checker.describe([TABLE], 'SELECT total FROM "order"'),
    ])
    expect(answers).toMatchObject([
      { ok: true, columns: [{ type: { kind: 'string' } }] },
      { ok: true, columns: [{ type: { kind: 'int' } }] },
      { ok: false },
      { ok: true, columns: [{ type: { kind: 'double' } }] },
    ])
  })
})
