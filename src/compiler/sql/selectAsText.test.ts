import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyze, mistakes } from '../../../test/statements/shopSchema.js'
import { createSqlChecker } from '../../adapters/embedded/sqlChecker.js'
import type { SelectStatement, SqlTemplate } from '../../model/types.js'
import type { SqlChecker } from '../../ports/sqlChecker.js'

let checker: SqlChecker
beforeAll(async () => {
  checker = await createSqlChecker()
})
afterAll(() => checker.close())

/** Takes the column `name` of rows, so that further columns may be of any type. */
const ROWS = {
  returns: { kind: 'list', item: { kind: 'response', name: 'Row', nonNull: false }, nonNull: false },
} as const

async function select(sql: string): Promise<SelectStatement> {
  const { statements, problems } = await analyze(sql, ROWS, checker)
  const found = statements.find(({ name }) => name === 'field')
  if (found?.kind !== 'select') throw new Error(JSON.stringify(problems))
  return found
}

function textOf(template: SqlTemplate | undefined): string | undefined {
  return template?.map((part) => ('text' in part ? part.text : `{${part.arg}:${part.context}}`)).join('')
}

const TAIL = 'name, 1.0 AS total'

describe('a statement with nested columns, for engines whose results are text', () => {
  test('tells the types of arrays, rows and maps', async () => {
    const { columns } = await select(
      `SELECT ${TAIL}, tags, address, ARRAY[ROW(1, time '01:02:03'), ROW(2, NULL)] AS pairs, map(ARRAY['a'], ARRAY[1]) AS m FROM user`,
    )
    const text = { kind: 'scalar', name: 'varchar' }
    const row = (...fields: readonly (readonly [string, unknown])[]) => {
      return { kind: 'row', fields: fields.map(([name, type]) => ({ name, type })) }
    }
    expect(columns).toEqual([
      { name: 'name' },
      { name: 'total' },
      { name: 'tags', nested: { kind: 'array', item: text } },
      { name: 'address', nested: row(['city', text], ['street', text]) },
      {
        name: 'pairs',
        nested: {
          kind: 'array',
          item: row(
            [expect.any(String), { kind: 'scalar', name: 'integer' }],
            [expect.any(String), { kind: 'scalar', name: 'time(3)' }],
          ),
        },
      },
      { name: 'm', nested: { kind: 'map', value: { kind: 'scalar', name: 'integer' } } },
    ])
  })

  test('is the statement itself when there are none', async () => {
    const { textSql, columns } = await select(`SELECT ${TAIL} FROM user ORDER BY 1`)
    expect(textSql).toBeUndefined()
    expect(columns).toEqual([{ name: 'name' }, { name: 'total' }])
  })

  const ROWS_OF = (more: string, keys = '') =>
    `SELECT ocg_column_1 AS "name", ocg_column_2 AS "total", json_format(CAST(ocg_column_3 AS JSON)) AS "tags" FROM (${more}) AS ocg_rows (ocg_column_1, ocg_column_2, ocg_column_3${keys})`

  test.each<[what: string, sql: string, expected: string]>([
    [
      'without an order',
      `SELECT ${TAIL}, tags FROM user LIMIT 5`,
      ROWS_OF(`SELECT ${TAIL}, tags FROM user LIMIT 5`),
    ],
    [
      'sorted by numbers and names of its columns',
      `SELECT ${TAIL}, tags FROM user ORDER BY 2 DESC, NAME NULLS FIRST LIMIT $args.count`,
      `${ROWS_OF(`SELECT ${TAIL}, tags FROM user ORDER BY 2 DESC, NAME NULLS FIRST LIMIT {count:count}`)} ORDER BY ocg_column_2 DESC, ocg_column_1 NULLS FIRST`,
    ],
    [
      'sorted by what it does not select',
      `SELECT ${TAIL}, tags FROM user u WHERE name > $args.text ORDER BY u.age + $args.count DESC, u.id`,
      `${ROWS_OF(
        `SELECT ${TAIL}, tags, u.age + {count:value}, u.id FROM user u WHERE name > {text:value} ORDER BY u.age + {count:value} DESC, u.id`,
        ', ocg_key_1, ocg_key_2',
      )} ORDER BY ocg_key_1 DESC, ocg_key_2`,
    ],
    [
      'sorted by an expression with the name of a column',
      'SELECT name, age * 2.0 AS total, tags FROM user ORDER BY total + age, transform(tags, total -> total)',
      `${ROWS_OF(
        'SELECT name, age * 2.0 AS total, tags, (age * 2.0) + age, transform((tags), total -> total) FROM user ORDER BY total + age, transform(tags, total -> total)',
        ', ocg_key_1, ocg_key_2',
      )} ORDER BY ocg_key_1, ocg_key_2`,
    ],
    [
      'with groups',
      'SELECT name, avg(age) AS total, array_agg(id) AS tags FROM user GROUP BY 1 ORDER BY count(*) DESC, lower(name)',
      `${ROWS_OF(
        'SELECT name, avg(age) AS total, array_agg(id) AS tags, count(*), lower((name)) FROM user GROUP BY 1 ORDER BY count(*) DESC, lower(name)',
        ', ocg_key_1, ocg_key_2',
      )} ORDER BY ocg_key_1 DESC, ocg_key_2`,
    ],
    [
      'of distinct rows',
      `SELECT DISTINCT u.name, 1.0 AS total, tags FROM user u ORDER BY u.name, tags`,
      `${ROWS_OF('SELECT DISTINCT u.name, 1.0 AS total, tags FROM user u ORDER BY u.name, tags')} ORDER BY ocg_column_1, ocg_column_3`,
    ],
    [
      'of two queries',
      `SELECT ${TAIL}, tags FROM user UNION ALL SELECT 'x', 2.0, ARRAY['y'] ORDER BY total + 1, name DESC`,
      `${ROWS_OF(`SELECT ${TAIL}, tags FROM user UNION ALL SELECT 'x', 2.0, ARRAY['y'] ORDER BY total + 1, name DESC`)} ORDER BY ocg_column_2 + 1, ocg_column_1 DESC`,
    ],
    [
      'with queries before it',
      `WITH q AS (SELECT * FROM user) SELECT ${TAIL}, tags FROM q ORDER BY age`,
      `${ROWS_OF(`WITH q AS (SELECT * FROM user) SELECT ${TAIL}, tags, age FROM q ORDER BY age`, ', ocg_key_1')} ORDER BY ocg_key_1`,
    ],
    [
      'in parentheses',
      `(SELECT ${TAIL}, tags FROM user ORDER BY age LIMIT 3)`,
      `${ROWS_OF(`SELECT ${TAIL}, tags, age FROM user ORDER BY age LIMIT 3`, ', ocg_key_1')} ORDER BY ocg_key_1`,
    ],
  ])('is %s', async (_, sql, expected) => {
    const { textSql } = await select(sql)
    expect(textOf(textSql)).toBe(expected)
  })

  test('names what has no name as Athena does, and quotes every other name', async () => {
    const { textSql } = await select(`SELECT ${TAIL}, ARRAY[1], ROW(time '01:02:03') AS "a ""b""" FROM user`)
    expect(textOf(textSql)).toMatch(
      /^SELECT ocg_column_1 AS "name", ocg_column_2 AS "total", json_format\(CAST\(ocg_column_3 AS JSON\)\) AS "_col2", json_format\(CAST\(CAST\(ocg_column_4 AS ROW\("[^"]+" varchar\)\) AS JSON\)\) AS "a ""b""" FROM \(/,
    )
  })

  test('is refused where no form of it keeps the order, or Trino has no JSON for a value', async () => {
    const distinct = `SELECT DISTINCT ${TAIL}, tags FROM user ORDER BY lower(name)`
    expect(await mistakes(distinct, ROWS, checker)).not.toEqual([])
    expect(await mistakes(`SELECT ${TAIL}, ARRAY[current_timestamp] AS x FROM user`, ROWS, checker)).toEqual([
      expect.stringContaining("can't be cast to json"),
    ])
  })
})
