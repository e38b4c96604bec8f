import { afterAll, describe, expect, test } from 'vitest'
import { createSqlChecker } from '../../src/adapters/embedded/sqlChecker.js'
import { mistakes } from './shopSchema.js'

const checker = await createSqlChecker()
afterAll(() => checker.close())

const row = {
  returns: { kind: 'list', item: { kind: 'response', name: 'Row', nonNull: true }, nonNull: true },
} as const

// What the engine is asked has other values, other lengths and no comments; the place is the one that was written.
describe('mistakes that the engine finds stand at the very expression', () => {
  test.each([
    [
      'behind arguments of all lengths',
      `SELECT name FROM user WHERE name IN $args.texts AND $args.text IS NULL AND age > 'x' LIMIT $args.count`,
      `OCG2060 "age > 'x'" Values of the types integer and varchar can't be compared: use CAST.`,
    ],
    [
      'at an argument itself',
      'SELECT name FROM user WHERE name LIKE $args.count',
      'OCG2060 "$args.count" LIKE takes varchar, not integer.',
    ],
    [
      'around a list of IN',
      'SELECT name FROM user WHERE age IN ($args.texts) AND name IS NOT NULL',
      `OCG2060 "age IN ($args.texts)" Values of the types integer and varchar can't be compared: use CAST.`,
    ],
    [
      'behind a text with a value in it',
      "SELECT name FROM user WHERE name LIKE '%$args.text%' AND abs(name) > 1",
      'OCG2060 "name" Function abs takes a number, not varchar.',
    ],
    [
      'behind comments',
      'SELECT /* a * b */ name -- all of them\n FROM user WHERE name /* no */ + 1 > 2',
      'OCG2060 "name /* no */ + 1" varchar + integer has no meaning.',
    ],
    [
      'behind the name of a join table',
      'SELECT u.name FROM $join_table(likes) l JOIN user u ON u.id = l.userId WHERE l.rating = u.name',
      `OCG2060 "l.rating = u.name" Values of the types integer and varchar can't be compared: use CAST.`,
    ],
    [
      'in a DELETE, which becomes a SELECT',
      "DELETE FROM $join_table(likes) WHERE userId = $args.user AND rating > 'many'",
      `OCG2060 "rating > 'many'" Values of the types integer and varchar can't be compared: use CAST.`,
    ],
    [
      'at the second of two equal names',
      'SELECT name, sum(name) AS s FROM user GROUP BY name',
      'OCG2060 "name" Function sum takes numbers, not varchar.',
    ],
  ])('%s', async (_, sql, expected) => {
    const texts = {
      returns: { kind: 'list', item: { kind: 'scalar', name: 'String', nonNull: false }, nonNull: false },
    } as const
    const given = sql.startsWith('DELETE') ? {} : texts
    expect(await mistakes(sql, given, checker)).toEqual([expected])
  })

  test('columns of the result stand at their alias or expression, also behind WITH and in a union', async () => {
    const sql =
      'WITH x AS (SELECT name, total FROM user, "order") SELECT name, upper(name) AS total FROM x UNION ALL SELECT name, name FROM x'
    const [found] = await mistakes(sql, row, checker)
    expect(found).toBe(
      'OCG2062 "total" The column "total" is varchar, but the field Row.total is Float. | Convert it with CAST(… AS double), or change the declared type.',
    )
    const scalar = { returns: { kind: 'scalar', name: 'String', nonNull: true } } as const
    expect(await mistakes('SELECT count(*) FROM user', scalar, checker)).toEqual([
      'OCG2062 "count(*)" The first column is bigint, but the declared type is String!. | Convert it with CAST(… AS varchar), or change the declared type.',
    ])
    expect(await mistakes('SELECT NULL AS name, 1 AS total FROM user', row, checker)).toEqual([
      'OCG2062 "name" The column "name" is null, but the field Row.name is String!. | Select a value, or make the declared type nullable.',
    ])
  })
})
