import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSqlChecker } from '../../src/adapters/embedded/sqlChecker.js'
import type { Json } from '../../src/model/json.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import type { ScalarName } from '../../src/model/types.js'
import type { Item } from '../../src/ports/itemTable.js'
import type { SqlChecker } from '../../src/ports/sqlChecker.js'
import type { SqlEngine, SqlExecution, SqlResult, SqlRow } from '../../src/ports/sqlEngine.js'
import { type LakeRelations, placeRelations } from '../../src/runtime/statements/placeRelations.js'
import { readRows } from '../../src/runtime/statements/readResult.js'
import { entityItem, likeItem, SHOP } from '../sql/testShop.js'
import { type FittingStatement, statementFor, textOf } from './textForm.js'

export interface OpenedEngine {
  /** Over the tables of `SHOP`, all empty. */
  readonly engine: SqlEngine
  /** What stands in the place of tables in a statement. Default: the tables themselves. */
  relations?(tables: readonly string[]): Promise<LakeRelations>
  /** Resolves when statements show the items. */
  put(...items: readonly Item[]): Promise<void>
  close(): Promise<void>
}

const TABLES = lakeTables(SHOP)
const IN_TIME = { timeoutMs: 30_000, maxRows: 10_000 }
/** Of 50 users: a statement that ends in no test's time. */
const ENDLESS =
  'SELECT count(*) FROM user a, user b, user c, user d, user e, user f, user g WHERE a.age + b.age + c.age + d.age + e.age + f.age + g.age = 7'

/** What every `SqlEngine` does, whatever it is built on. */
export function sqlEngineConformance(name: string, open: () => Promise<OpenedEngine>): void {
  describe(`${name} is a SqlEngine`, () => {
    let opened: OpenedEngine
    let engine: SqlEngine
    let checker: SqlChecker
    let tokens = 0

    beforeAll(async () => {
      checker = await createSqlChecker()
      opened = await open()
      engine = opened.engine
      await opened.put(...USERS, ...PEOPLE, likeItem('u1', 'p1', 5), likeItem('u2', 'p1'))
    })
    afterAll(async () => {
      await opened.close()
      await checker.close()
    })
    beforeEach(() => {
      tokens += 1
    })

    async function fitting(text: string): Promise<FittingStatement> {
      const statement = await statementFor(engine, text, TABLES, checker)
      if (!opened.relations) return statement
      const { template, tables } = statement
      return { ...statement, sql: textOf(placeRelations(template, await opened.relations(tables))) }
    }

    async function query(sql: string, limits = IN_TIME): Promise<SqlResult> {
      const statement = await fitting(sql)
      return engine.query(statement.sql, { ...limits, columns: statement.columns })
    }

    async function started(sql: string): Promise<{ readonly id: string } & FittingStatement> {
      const statement = await fitting(sql)
      const { executionId } = await engine.start({ sql: statement.sql, token: `${name} ${tokens} ${sql}` })
      return { id: executionId, ...statement }
    }

    async function finished(id: string): Promise<SqlExecution | undefined> {
      for (;;) {
        const execution = await engine.execution(id)
        if (execution?.state !== 'RUNNING') return execution
        await sleep(10)
      }
    }

    describe('values', () => {
      it.each<[sql: string, value: Json]>(VALUES)('%s', async (sql, value) => {
        const { rows } = await query(`SELECT ${sql} AS v`)
        expect(rows).toEqual([[value]])
      })

      it('of columns are those that were stored, and null where nothing was', async () => {
        const columns = 'id, name, age, score, active, born, seenAt, clicks, tags, address, createdAt'
        const { rows, columns: names } = await query(
          `SELECT ${columns}, year, month, day FROM user WHERE age IS NULL ORDER BY id`,
        )
        expect(names).toEqual([...columns.split(', '), 'year', 'month', 'day'])
        const created = ['2024-05-06T07:08:09.010Z', '2024', '05', '06']
        expect(rows).toEqual([
          [
            'full',
            'Zoë "quoted", \\ and\nmore \u{1F600}',
            null,
            0.1,
            false,
            '2024-02-29',
            '1969-12-31T23:59:59.999Z',
            4102444800,
            ['a', '', 'b, c', '[x]', '"', 'é'],
            { city: 'Bern, {a=b}', floors: [1, -2] },
            ...created,
          ],
          ['less', '', null, 1e21, null, null, null, null, [], { city: null, floors: null }, ...created],
          ['none', null, null, null, null, null, null, null, null, null, ...created],
        ])
      })

      it('come in the order of the statement, also by what it does not select', async () => {
        const { rows } = await query(
          'SELECT tags, id FROM user WHERE age < 5 ORDER BY age % 2 DESC, age DESC LIMIT 4',
        )
        expect(rows).toEqual([
          [['t3'], 'u3'],
          [['t1'], 'u1'],
          [['t4'], 'u4'],
          [['t2'], 'u2'],
        ])
      })

      it('of relations have the handle that they were stored with', async () => {
        const { rows } = await query('SELECT userId, rating, s3Key, relationId FROM likes ORDER BY userId')
        const items = [likeItem('u1', 'p1', 5), likeItem('u2', 'p1')]
        expect(rows).toEqual(
          items.map((item) => [item.userId, item.rating ?? null, item.s3Key, item.relationId]),
        )
      })
    })

    describe('a result as it was declared', () => {
      const read = async (sql: string, name: ScalarName): Promise<Json> => {
        const statement = await fitting(`SELECT ${sql} AS v`)
        const { rows, columns } = await engine.query(statement.sql, {
          ...IN_TIME,
          columns: statement.columns,
        })
        const item = { kind: 'scalar', name, nonNull: false } as const
        const returns = { kind: 'list', item, nonNull: false } as const
        return readRows(rows, columns, { returns, columns: statement.columns }, SHOP)[0] ?? null
      }

      it.each<[sql: string, name: ScalarName, value: Json]>(DECLARED)(
        '%s as %s',
        async (sql, name, value) => {
          expect(await read(sql, name)).toEqual(value)
        },
      )

      it.each<[sql: string, name: ScalarName, message: string]>(UNDECLARED)(
        '%s is no %s',
        async (sql, name, message) => {
          await expect(read(sql, name)).rejects.toThrow(message)
        },
      )
    })

    describe('a query', () => {
      it('names its columns as the statement does, also twice', async () => {
        expect((await query('SELECT 1 AS n, 2 AS n, ARRAY[3] AS "Big ""List"""')).columns).toEqual([
          'n',
          'n',
          'Big "List"',
        ])
      })

      it('may be empty', async () => {
        expect(await query(`SELECT id, tags FROM product, (SELECT ARRAY[1] AS tags)`)).toEqual({
          columns: ['id', 'tags'],
          rows: [],
        })
      })

      it('fails for more rows than it may have, and not for as many', async () => {
        const sql = 'SELECT a.age FROM user a, user b WHERE a.age < 50 AND b.age < 50'
        expect((await query(sql, { ...IN_TIME, maxRows: 2500 })).rows).toHaveLength(2500)
        await expect(query(sql, { ...IN_TIME, maxRows: 2499 })).rejects.toMatchObject({
          reason: 'tooManyRows',
        })
      })

      it('is stopped when its time is over', async () => {
        const begin = Date.now()
        await expect(query(ENDLESS, { timeoutMs: 1000, maxRows: 1 })).rejects.toMatchObject({
          reason: 'timeout',
        })
        expect(Date.now() - begin).toBeLessThan(10_000)
      })

      it.each<[sql: string, message: string]>(FAILURES)('fails: %s', async (sql, message) => {
        await expect(query(sql)).rejects.toMatchObject({ reason: 'failed', message })
      })

      it('fails when it does not fit the tables, and tells nothing of them', async () => {
        await expect(engine.query('SELECT nothing FROM nowhere', IN_TIME)).rejects.toMatchObject({
          reason: 'failed',
        })
      })
    })

    describe('an execution', () => {
      it('is one for a token, and tells its end', async () => {
        const { sql } = await fitting('SELECT count(*) AS n FROM user WHERE age < 50')
        const token = `${name} token`
        const first = engine.start({ sql, token })
        const ids = [(await first).executionId, (await engine.start({ sql, token })).executionId]
        expect(ids[0]).toBe(ids[1])
        expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
        const end = await finished(ids[0] as string)
        expect(end).toMatchObject({
          state: 'SUCCEEDED',
          finishedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        })
        expect((await engine.results(ids[0] as string, { limit: 5, maxBytes: 1000 })).rows).toEqual([[50]])
        expect(await engine.execution('00000000-0000-4000-8000-000000000000')).toBeUndefined()
      })

      it('gives its rows page by page, by number and by size', async () => {
        const { id, columns } = await started(
          `SELECT a.age * 50 + b.age AS n, ARRAY[rpad('é', 40, 'é')] AS list FROM user a, user b WHERE a.age < 50 AND b.age < 50 ORDER BY 1`,
        )
        expect(await finished(id)).toMatchObject({ state: 'SUCCEEDED' })
        for (const page of [
          { limit: 997, maxBytes: 1e6 },
          { limit: 1000, maxBytes: 1e6 },
          { limit: 1250, maxBytes: 1e6 },
          { limit: 2500, maxBytes: 1e6 },
          { limit: 1000, maxBytes: 20_000 },
        ]) {
          const rows: SqlRow[] = []
          let next: string | undefined
          do {
            const part = await engine.results(id, { ...page, columns, ...(next && { start: next }) })
            expect(part.columns).toEqual(['n', 'list'])
            expect(part.rows.length).toBeGreaterThan(0)
            if (page.maxBytes === 1e6 && part.next) expect(part.rows).toHaveLength(page.limit)
            expect(part.rows.length).toBeLessThanOrEqual(page.limit)
            rows.push(...part.rows)
            next = part.next
          } while (next !== undefined)
          expect(rows.map(([n]) => n)).toEqual(Array.from({ length: 2500 }, (_, index) => index))
          expect(rows[7]).toEqual([7, ['é'.repeat(40)]])
        }
      })

      it('gives one row at least, however small the page', async () => {
        const { id } = await started('SELECT id FROM user WHERE age < 3 ORDER BY id')
        await finished(id)
        const first = await engine.results(id, { limit: 10, maxBytes: 1 })
        expect(first.rows).toEqual([['u0']])
        const second = await engine.results(id, { limit: 1, maxBytes: 1e6, start: first.next as string })
        expect(second.rows).toEqual([['u1']])
        const third = await engine.results(id, { limit: 1, maxBytes: 1e6, start: second.next as string })
        expect(third).toMatchObject({ rows: [['u2']] })
        expect(third.next).toBeUndefined()
      })

      it('has one empty page when it has no rows', async () => {
        const { id } = await started('SELECT id FROM product')
        expect(await finished(id)).toMatchObject({ state: 'SUCCEEDED' })
        expect(await engine.results(id, { limit: 10, maxBytes: 1000 })).toEqual({ columns: ['id'], rows: [] })
      })

      it('that failed has no result, and says why', async () => {
        const { id } = await started('SELECT 1 / (age - age) FROM user WHERE age < 50')
        expect(await finished(id)).toMatchObject({
          state: 'FAILED',
          reason: 'failed',
          message: 'Division by zero.',
        })
        await expect(engine.results(id, { limit: 1, maxBytes: 1 })).rejects.toMatchObject({
          reason: 'failed',
        })
      })

      it('has no page at a place that is none', async () => {
        const { id } = await started('SELECT 1')
        await finished(id)
        for (const start of ['-1', 'x']) {
          await expect(engine.results(id, { start, limit: 1, maxBytes: 1 })).rejects.toMatchObject({
            reason: 'failed',
          })
        }
      })

      it('can be cancelled while it runs, and not when it has ended', async () => {
        const { id } = await started(ENDLESS)
        await sleep(300)
        expect(await engine.execution(id)).toEqual({ state: 'RUNNING' })
        await engine.cancel(id)
        expect(await finished(id)).toMatchObject({ state: 'FAILED', reason: 'cancelled' })
        const { id: done } = await started('SELECT 1')
        await finished(done)
        await engine.cancel(done)
        await engine.cancel('00000000-0000-4000-8000-000000000000')
        expect(await finished(done)).toMatchObject({ state: 'SUCCEEDED' })
      })
    })
  })
}

const USERS = Array.from({ length: 50 }, (_, index) =>
  entityItem('user', `u${index}`, { age: index, tags: [`t${index}`] }),
)

/** Without an age. */
const PEOPLE = [
  entityItem('user', 'full', {
    name: 'Zoë "quoted", \\ and\nmore \u{1F600}',
    score: 0.1,
    active: false,
    born: '2024-02-29',
    seenAt: '1969-12-31T23:59:59.999Z',
    clicks: 4102444800,
    tags: ['a', '', 'b, c', '[x]', '"', 'é'],
    address: { city: 'Bern, {a=b}', floors: [1, -2] },
  }),
  entityItem('user', 'less', { name: '', score: 1e21, tags: [], address: {} }),
  entityItem('user', 'none'),
]

const VALUES: readonly [sql: string, value: Json][] = [
  ['true', true],
  ["''", ''],
  ["'null'", 'null'],
  ['CAST(NULL AS varchar)', null],
  ['CAST(NULL AS array(integer))', null],
  ['-7', -7],
  ['9007199254740991', 9007199254740991],
  ['9223372036854775807', '9223372036854775807'],
  ['-9007199254740993', '-9007199254740993'],
  ['0.1E0', 0.1],
  ['1E7', 1e7],
  ['1.5E20', 1.5e20],
  ['1E-10', 1e-10],
  ['123456.789E0', 123456.789],
  ['nan()', 'NaN'],
  ['infinity()', 'Infinity'],
  ['-infinity()', '-Infinity'],
  ['CAST(0.1 AS real)', 0.1],
  ['1.50', '1.50'],
  ['CAST(-12345678901234567890.1234567890 AS decimal(38, 10))', '-12345678901234567890.1234567890'],
  ["date '2024-02-29'", '2024-02-29'],
  ["date '0001-01-01'", '0001-01-01'],
  ["timestamp '2024-02-29 01:02:03.456'", '2024-02-29T01:02:03.456Z'],
  ["timestamp '2024-02-29 01:02:03'", '2024-02-29T01:02:03.000Z'],
  ["timestamp '1969-12-31 23:59:59.999'", '1969-12-31T23:59:59.999Z'],
  ["timestamp '2024-02-29 01:02:03.456 UTC'", '2024-02-29T01:02:03.456Z'],
  ["time '01:02:03.456'", '01:02:03.456'],
  ["time '01:02:03'", '01:02:03.000'],
  ["X'00ff10'", 'AP8Q'],
  ['ARRAY[1, NULL, 9223372036854775807]', [1, null, '9223372036854775807']],
  ["ARRAY['', 'null', NULL, 'a, b', '\"', '\\']", ['', 'null', null, 'a, b', '"', '\\']],
  ['ARRAY[nan(), -infinity(), 1.5E20, 0.1E0]', ['NaN', '-Infinity', 1.5e20, 0.1]],
  ['ARRAY[1.50, 2.25]', ['1.50', '2.25']],
  ['ARRAY[true, false, NULL]', [true, false, null]],
  ["ARRAY[date '2024-02-29', NULL]", ['2024-02-29', null]],
  ["ARRAY[timestamp '2024-02-29 01:02:03.456']", ['2024-02-29T01:02:03.456Z']],
  ["ARRAY[time '01:02:03.456']", ['01:02:03.456']],
  ['ARRAY[ARRAY[1], ARRAY[], NULL]', [[1], [], null]],
  ['CAST(ARRAY[] AS array(varchar))', []],
  ["CAST(ROW(1, 'x') AS row(a integer, b varchar))", { a: 1, b: 'x' }],
  [
    "ARRAY[CAST(ROW(1, ARRAY['x'], NULL) AS row(a bigint, b array(varchar), c double)), NULL]",
    [{ a: 1, b: ['x'], c: null }, null],
  ],
  ["MAP(ARRAY['b', 'a'], ARRAY[1, 9223372036854775807])", { a: '9223372036854775807', b: 1 }],
  ["MAP(ARRAY['x'], ARRAY[ARRAY[nan(), 1.5E0]])", { x: ['NaN', 1.5] }],
  ["MAP(ARRAY['x', 'y'], ARRAY[1.50, NULL])", { x: '1.50', y: null }],
  ["MAP(ARRAY['at'], ARRAY[timestamp '2024-02-29 01:02:03.456'])", { at: '2024-02-29T01:02:03.456Z' }],
  ['CAST(NULL AS map(varchar, integer))', null],
  ["ARRAY[MAP(ARRAY['it''s \"'], ARRAY[true])]", [{ 'it\'s "': true }]],
  [`json_parse('{"a": [1, "x"]}')`, '{"a":[1,"x"]}'],
  [
    `ARRAY[json_parse('"x"'), json_parse('[1]'), json_parse('9007199254740993')]`,
    ['"x"', '[1]', '9007199254740993'],
  ],
]

const DECLARED: readonly [sql: string, name: ScalarName, value: Json][] = [
  ['9223372036854775807', 'String', '9223372036854775807'],
  ['CAST(7 AS bigint)', 'String', '7'],
  ['CAST(-12345678901234567890.1234567890 AS decimal(38, 10))', 'String', '-12345678901234567890.1234567890'],
  ['1.50', 'String', '1.50'],
  ['1.50', 'Float', 1.5],
  ['9007199254740991', 'Float', 9007199254740991],
  ["timestamp '1969-12-31 23:59:59.999'", 'AWSDateTime', '1969-12-31T23:59:59.999Z'],
  ["timestamp '2024-02-29 01:02:03.456789'", 'AWSDateTime', '2024-02-29T01:02:03.456Z'],
  ["date '2024-02-29'", 'AWSDate', '2024-02-29'],
  ['9223372036854775807', 'AWSJSON', '9223372036854775807'],
  ['ARRAY[9223372036854775807, NULL]', 'AWSJSON', '[9223372036854775807,null]'],
  ['ARRAY[1.50, 2.25]', 'AWSJSON', '[1.50,2.25]'],
  [
    "CAST(ROW(9007199254740993, ARRAY['x']) AS row(a bigint, b array(varchar)))",
    'AWSJSON',
    '{"a":9007199254740993,"b":["x"]}',
  ],
  [
    "MAP(ARRAY['b', 'a', '10', '9'], ARRAY[1, 2, 3, 9223372036854775807])",
    'AWSJSON',
    '{"10":3,"9":9223372036854775807,"a":2,"b":1}',
  ],
  ["MAP(ARRAY['x'], ARRAY[ARRAY[1.5E0]])", 'AWSJSON', '{"x":[1.5]}'],
  [`json_parse('{"a": [9007199254740993]}')`, 'AWSJSON', '{"a":[9007199254740993]}'],
  [`ARRAY[json_parse('{"a": "7"}'), json_parse('"x"')]`, 'AWSJSON', '[{"a":"7"},"x"]'],
  ["ARRAY['7', 'NaN']", 'AWSJSON', '["7","NaN"]'],
  ['true', 'AWSJSON', 'true'],
]

const UNDECLARED: readonly [sql: string, name: ScalarName, message: string][] = [
  ['9223372036854775807', 'Int', 'is 9223372036854775807, which is beyond the 32 bits of an Int'],
  ['9007199254740993', 'Float', 'is 9007199254740993, which is beyond what a Float holds exactly'],
  ['nan()', 'Float', 'is NaN, which has no form in JSON'],
  ['infinity()', 'Float', 'is Infinity, which has no form in JSON'],
  ['-infinity()', 'AWSJSON', 'is -Infinity, which has no form in JSON'],
  ['ARRAY[1.5E0, nan()]', 'AWSJSON', 'is NaN, which has no form in JSON'],
  ["MAP(ARRAY['x'], ARRAY[ARRAY[infinity()]])", 'AWSJSON', 'is Infinity, which has no form in JSON'],
]

const FAILURES: readonly [sql: string, message: string][] = [
  ['SELECT 1 / (age - age) FROM user WHERE age < 50', 'Division by zero.'],
  ['SELECT CAST(id AS integer) FROM user', 'A text can not be cast to a whole number.'],
  ['SELECT CAST(id AS double) FROM user', 'A text can not be cast to a number.'],
  ['SELECT CAST(id AS boolean) FROM user', 'A text can not be cast to boolean.'],
  [
    'SELECT CAST(id AS date) FROM user',
    'A text can not be cast to date: it has to be written as YYYY-MM-DD.',
  ],
  [
    'SELECT CAST(id AS timestamp) FROM user',
    'A text can not be cast to timestamp: it has to be written as YYYY-MM-DD hh:mm:ss.',
  ],
]
