import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSqlChecker } from '../../src/adapters/embedded/sqlChecker.js'
import type { DeleteStatement, SelectStatement, SqlTemplate } from '../../src/model/types.js'
import type { SqlChecker } from '../../src/ports/sqlChecker.js'
import { bindStatement } from '../../src/runtime/statements/bindStatement.js'
import { boundSql } from '../../src/runtime/statements/boundSql.js'
import { placeRelations } from '../../src/runtime/statements/placeRelations.js'
import { parseStatement } from '../../src/trino/parseStatement.js'
import { analyze } from './shopSchema.js'

let checker: SqlChecker
beforeAll(async () => {
  checker = await createSqlChecker()
})
afterAll(() => checker.close())

const RELATIONS = new Map([
  ['user', { sql: 'SELECT 1', columns: ['id'] }],
  ['order', { sql: 'SELECT 2', columns: ['id', 'group'] }],
  ['likes', { sql: 'SELECT 3', columns: [] }],
])

async function statementOf(sql: string): Promise<SelectStatement | DeleteStatement> {
  const { statements, problems } = await analyze(sql)
  const found = statements.find(({ name }) => name === 'field')
  if (!found || found.kind === 'insert') throw new Error(JSON.stringify(problems))
  return found
}

function textOf(template: SqlTemplate): string {
  return template.map((part) => ('text' in part ? part.text : `{${part.arg}}`)).join('')
}

async function placed(sql: string): Promise<string> {
  return textOf(placeRelations((await statementOf(sql)).sql, RELATIONS))
}

const USER = '"ocg_lake_user" AS (SELECT 1)'
const ORDER = '"ocg_lake_order" AS (SELECT 2)'
const BOTH = `${ORDER}, ${USER}`

describe('the lake tables of a statement', () => {
  test.each([
    ['SELECT name FROM user', `WITH ${USER} SELECT name FROM "ocg_lake_user" AS "user"`],
    ['SELECT User.name FROM User', `WITH ${USER} SELECT User.name FROM "ocg_lake_user" AS "user"`],
    ['SELECT u.name FROM user u', `WITH ${USER} SELECT u.name FROM "ocg_lake_user" u`],
    [
      'SELECT x.m FROM (SELECT name AS m FROM user AS u) x',
      `WITH ${USER} SELECT x.m FROM (SELECT name AS m FROM "ocg_lake_user" AS u) x`,
    ],
    [
      'SELECT b FROM "order" /* o */ AS o (a, b, c, d, e, f, g, h)',
      `WITH ${ORDER} SELECT b FROM "ocg_lake_order" AS o (a, b, c, d, e, f, g, h)`,
    ],
    [
      'SELECT user.name FROM user JOIN "order" o ON o.userId = user.id, user v',
      `WITH ${BOTH} SELECT user.name FROM "ocg_lake_user" AS "user" JOIN "ocg_lake_order" o ON o.userId = user.id, "ocg_lake_user" v`,
    ],
    ['SELECT user.id FROM "order" AS user', `WITH ${ORDER} SELECT user.id FROM "ocg_lake_order" AS user`],
    ['SELECT 1 FROM (TABLE user) x', `WITH ${USER} SELECT 1 FROM (TABLE "ocg_lake_user") x`],
    [
      'SELECT name FROM user WHERE \'FROM user\' <> name AND EXISTS (SELECT 1 FROM "order" WHERE userId = user.id)',
      `WITH ${BOTH} SELECT name FROM "ocg_lake_user" AS "user" WHERE 'FROM user' <> name AND EXISTS (SELECT 1 FROM "ocg_lake_order" AS "order" WHERE userId = user.id)`,
    ],
    [
      'WITH q AS (SELECT id FROM user) SELECT id FROM q',
      `WITH ${USER}, q AS (SELECT id FROM "ocg_lake_user" AS "user") SELECT id FROM q`,
    ],
    [
      'WITH user AS (SELECT id FROM user) SELECT user.id FROM user',
      `WITH ${USER}, user AS (SELECT id FROM "ocg_lake_user" AS "user") SELECT user.id FROM user`,
    ],
    [
      'with recursive q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q WHERE n < 3) SELECT name FROM q, user',
      `with recursive "ocg_lake_user" ("id") AS (SELECT 1), q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q WHERE n < 3) SELECT name FROM q, "ocg_lake_user" AS "user"`,
    ],
    [
      'SELECT id FROM (WITH user AS (SELECT 1 AS id) SELECT * FROM user) x UNION SELECT 2 FROM user',
      `WITH ${USER} SELECT id FROM (WITH user AS (SELECT 1 AS id) SELECT * FROM user) x UNION SELECT 2 FROM "ocg_lake_user" AS "user"`,
    ],
    ['(SELECT name FROM user)', `WITH ${USER} (SELECT name FROM "ocg_lake_user" AS "user")`],
    [
      'SELECT l.m FROM user u, LATERAL (SELECT u.name AS m FROM "order") l ORDER BY (SELECT max(id) FROM user)',
      `WITH ${BOTH} SELECT l.m FROM "ocg_lake_user" u, LATERAL (SELECT u.name AS m FROM "ocg_lake_order" AS "order") l ORDER BY (SELECT max(id) FROM "ocg_lake_user" AS "user")`,
    ],
    [
      'DELETE FROM $join_table(likes) WHERE userId IN (SELECT id FROM user)',
      `WITH "ocg_lake_likes" AS (SELECT 3), ${USER} SELECT DISTINCT "likes".s3Key, "likes".relationId FROM "ocg_lake_likes" AS "likes" WHERE userId IN (SELECT id FROM "ocg_lake_user" AS "user")`,
    ],
    [
      'DELETE l FROM $join_table(likes) l WHERE true',
      'WITH "ocg_lake_likes" AS (SELECT 3) SELECT DISTINCT l.s3Key, l.relationId FROM "ocg_lake_likes" l WHERE true',
    ],
    ['SELECT 1', 'SELECT 1'],
  ])('are replaced in %s', async (sql, expected) => {
    const result = await placed(sql)
    expect(result).toBe(expected)
    expect(() => parseStatement(result)).not.toThrow()
  })

  test('are what the statement says where nothing takes their place', async () => {
    const sql = 'WITH  q AS (SELECT id FROM User) SELECT q.id FROM q, $join_table(likes) l, "order"'
    expect(textOf((await statementOf(sql)).sql)).toBe(sql.replace('$join_table(likes)', '"likes"'))
  })

  test('get names that the statement has not', async () => {
    const sql = 'WITH ocg_lake_user AS (SELECT 1 AS a) SELECT a FROM ocg_lake_user, user AS OCG_LAKE1_x'
    expect(await placed(sql)).toContain('"ocg_lake2_user" AS (SELECT 1), ocg_lake_user AS')
  })

  test('are replaced in the form of JSON texts too', async () => {
    const sql =
      'WITH q AS (SELECT tags, name FROM user) SELECT tags FROM q ORDER BY (SELECT max(id) FROM user)'
    const returns = {
      kind: 'list',
      item: { kind: 'list', item: { kind: 'scalar', name: 'String', nonNull: false }, nonNull: false },
      nonNull: false,
    } as const
    const { statements, problems } = await analyze(sql, { returns }, checker)
    const found = statements.find(({ name }) => name === 'field') as SelectStatement | undefined
    if (!found?.textSql) throw new Error(JSON.stringify(problems))
    const text = textOf(placeRelations(found.textSql, RELATIONS))
    expect(text).toMatch(/^WITH "ocg_lake_user" AS \(SELECT 1\) SELECT json_format/)
    expect(text.match(/FROM "ocg_lake_user" AS "user"/g)).toHaveLength(3)
    expect(text).toContain('FROM (WITH q AS (SELECT tags')
    expect(() => parseStatement(text)).not.toThrow()
  })
})

describe('a statement bound on a host with relations', () => {
  const bound = async (sql: string, relation: (maxBytes: number) => string, text = 'x') => {
    const statement = await statementOf(sql)
    const asked: unknown[] = []
    const result = await boundSql(
      {
        project: { enums: [] } as never,
        sql: { resultForm: 'text' } as never,
        lakeRelations: async (tables, maxBytes) => {
          asked.push(tables)
          return new Map(tables.map((table) => [table, { sql: relation(maxBytes), columns: [] }]))
        },
      },
      { ...statement, args: [{ name: 'text', type: { kind: 'scalar', name: 'String', nonNull: false } }] },
      { text },
    )
    return { result, asked }
  }
  const SQL = 'SELECT name FROM user WHERE name = $args.text'

  test('asks for the tables that it reads, and has the relations in it', async () => {
    const { result, asked } = await bound(SQL, () => 'SELECT 1 AS name', "it's")
    expect(asked).toEqual([['user']])
    expect(result).toBe(
      `WITH "ocg_lake_user" AS (SELECT 1 AS name) SELECT name FROM "ocg_lake_user" AS "user" WHERE name =  'it''s' `,
    )
  })

  test('asks for none when it reads none', async () => {
    expect((await bound("SELECT 'a' || $args.text", () => 'never')).asked).toEqual([])
  })

  test('gives the relations the room that the statement leaves, in bytes', async () => {
    const fits = (maxBytes: number) => `SELECT '${'é'.repeat(Math.floor((maxBytes - 9) / 2))}' AS name`
    const { result } = await bound(SQL, fits, 'é'.repeat(1000))
    expect(Buffer.byteLength(result)).toBeLessThanOrEqual(262_144)
    expect(Buffer.byteLength(result)).toBeGreaterThan(250_000)
    await expect(bound(SQL, (maxBytes) => 'x'.repeat(maxBytes + 4096))).rejects.toMatchObject({
      code: 'Throttled',
    })
  })

  test('complains of its values before the lake is looked at', async () => {
    await expect(bound(SQL, () => 'never', 'x'.repeat(300_000))).rejects.toMatchObject({ code: 'BadInput' })
  })

  test('an embedded host writes what it always wrote', async () => {
    const { sql, args } = await statementOf(SQL)
    expect(bindStatement(sql, args, { text: 'x', user: '1', userId: '2' }, { enums: [] })).toBe(
      "SELECT name FROM user WHERE name =  'x' ",
    )
  })
})
