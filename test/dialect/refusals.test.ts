import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/adapters/embedded/dialect/translate.js'
import { TranslateError } from '../../src/adapters/embedded/dialect/translateError.js'
import { typeName } from '../../src/adapters/embedded/dialect/types.js'
import type { LakeTable } from '../../src/model/lakeSchema.js'

const USER: LakeTable = {
  name: 'user',
  kind: 'entity',
  idColumn: 'id',
  columns: [
    { name: 'id', type: { kind: 'string' } },
    { name: 'fullName', type: { kind: 'string' } },
    { name: 'age', type: { kind: 'int' } },
    { name: 'score', type: { kind: 'double' } },
    { name: 'tags', type: { kind: 'array', item: { kind: 'string' } } },
    {
      name: 'address',
      type: {
        kind: 'struct',
        fields: [
          { name: 'city', type: { kind: 'string' } },
          { name: 'zip', type: { kind: 'int' } },
        ],
      },
    },
    { name: 'born', type: { kind: 'date' } },
    { name: 'createdAt', type: { kind: 'timestamp' } },
  ],
  partitionColumns: ['year', 'month', 'day'],
}

function refusal(sql: string): readonly [message: string, near: string] {
  try {
    analyze(sql, [USER])
  } catch (error) {
    if (error instanceof TranslateError) return [error.message, sql.slice(error.start, error.end)]
    throw error
  }
  throw new Error(`not refused: ${sql}`)
}

describe('a statement that Trino would refuse, or answer otherwise', () => {
  it.each([
    ['SELECT fulName FROM user', 'Column fulName does not exist; did you mean fullName.', 'fulName'],
    ['SELECT u.nam FROM user u', 'Column u.nam does not exist.', 'u.nam'],
    ['SELECT v.id FROM user u', 'There is neither a relation nor a column v here.', 'v'],
    ['SELECT id FROM users', 'Table users does not exist; did you mean user.', 'users'],
    ['SELECT address.town FROM user', 'There is no field town; the fields are city, zip.', 'town'],
    ['SELECT age.x FROM user', 'A value of type integer has no field x.', 'x'],
    [
      "SELECT age || 'x' FROM user",
      "A value of type integer can't be concatenated: CAST it to varchar.",
      'age',
    ],
    [
      "SELECT id FROM user WHERE age = '5'",
      "Values of the types integer and varchar can't be compared: use CAST.",
      "age = '5'",
    ],
    [
      "SELECT id FROM user WHERE createdAt > '2024-01-01'",
      "Values of the types timestamp(3) and varchar can't be compared: use CAST.",
      "createdAt > '2024-01-01'",
    ],
    [
      'SELECT id, count(*) FROM user GROUP BY age',
      'Column id is neither in GROUP BY nor in an aggregate function.',
      'id',
    ],
    [
      'SELECT count(*) FROM user WHERE count(*) > 1',
      "An aggregate function can't stand in WHERE.",
      'count(*)',
    ],
    ['SELECT upper(age) FROM user', 'Function upper takes (varchar), not (integer).', 'upper(age)'],
    [
      'SELECT frobnicate(age) FROM user',
      'Function frobnicate is not supported: see docs/sql-dialect.md for the functions that are.',
      'frobnicate',
    ],
    [
      'SELECT id FROM user u, user v',
      'Column id is ambiguous: it is a column of u, v. Write the relation before it.',
      'id',
    ],
    ['SELECT id FROM user LIMIT 1 OFFSET 2', 'OFFSET stands before LIMIT.', 'OFFSET'],
    ['SELECT id FROM user WHERE age', 'WHERE takes a condition, not a value of type integer.', 'age'],
    [
      'SELECT id FROM user UNION SELECT age FROM user',
      'Column 1 of UNION is varchar on one side and integer on the other.',
      'age',
    ],
    [
      'SELECT id FROM user UNION ALL SELECT id, age FROM user',
      'UNION joins queries of 1 and 2 columns.',
      'SELECT id, age FROM user',
    ],
    [
      'SELECT (SELECT max(v.age) FROM user v WHERE v.age < u.age HAVING count(*) > 1) FROM user u',
      'Athena does not take this subquery, which reads columns from around it and has a HAVING without a GROUP BY: write it as a join or in WITH.',
      'SELECT max(v.age) FROM user v WHERE v.age < u.age HAVING count(*) > 1',
    ],
    [
      "SELECT map(ARRAY['a'], ARRAY[1]) = map(ARRAY['a'], ARRAY[1]) FROM user",
      "Values of type map(varchar, integer) can't be compared.",
      "map(ARRAY['a'], ARRAY[1]) = map(ARRAY['a'], ARRAY[1])",
    ],
    [
      'SELECT histogram(score) FROM user',
      "The result's column _col0 is a map whose keys are of type double: CAST them to varchar with transform_keys.",
      undefined,
    ],
    ["SELECT regexp_like(id, '(?=x)') FROM user", undefined, "'(?=x)'"],
    ["SELECT date_format(createdAt, '%D') FROM user", undefined, "'%D'"],
    ["SELECT format('%e', age) FROM user", '%e in a format is not supported.', "'%e'"],
    ['SELECT format(id, age) FROM user', 'The format of format has to be a text in quotes.', 'id'],
    ["SELECT format('%.2f', age) FROM user", "%.2f of the format can't show a value of type integer.", 'age'],
    ["SELECT format('%s %s', age) FROM user", 'There is no value for %s of the format.', "'%s %s'"],
    [
      'SELECT id || NULL FROM user',
      'NULL without a type can not be concatenated: CAST it to varchar.',
      'NULL',
    ],
    ['SELECT NULL + NULL FROM user', 'NULL + NULL has no type: CAST one of them.', 'NULL + NULL'],
    ["SELECT date_trunc('fortnight', createdAt) FROM user", undefined, "'fortnight'"],
    ["SELECT date_trunc('hour', born) FROM user", 'A date has no hour: CAST it to timestamp.', "'hour'"],
    [
      "SELECT createdAt AT TIME ZONE 'Mars/Olympus' FROM user",
      'There is no time zone Mars/Olympus.',
      "'Mars/Olympus'",
    ],
    ["SELECT hour(x) FROM (SELECT createdAt AT TIME ZONE 'Asia/Tokyo' AS x FROM user)", undefined, undefined],
    ["SELECT json_extract(id, '$..a') FROM user", undefined, "'$..a'"],
    ['SELECT row_number() FROM user', 'row_number is a window function: it needs OVER (…).', 'row_number()'],
  ])('%s', (sql, message, near) => {
    const found = refusal(sql)
    if (message !== undefined) expect(found[0]).toBe(message)
    else expect(found[0]).toMatch(/^[A-Z].*\.$/s)
    if (near !== undefined) expect(found[1]).toBe(near)
  })
})

describe('a statement over tables', () => {
  const columns = (sql: string) =>
    analyze(sql, [USER]).columns.map(({ name, type }) => `${name} ${typeName(type)}`)

  it('has columns with the names that it gives them and the types of Trino', () => {
    expect(
      columns(`SELECT u.ID, U."FullName" AS Name, age / 2 AS half, age / 2.0, score * 2 AS s, tags[1] AS tag,
        address.city, year, date_trunc('month', createdAt) AS m, count(*) OVER () AS n, current_date
        FROM "USER" u`),
    ).toEqual([
      'ID varchar',
      'Name varchar',
      'half integer',
      '_col3 decimal(12,1)',
      's double',
      'tag varchar',
      'city varchar',
      'year varchar',
      'm timestamp(3)',
      'n bigint',
      '_col10 date',
    ])
  })

  it('has every column for a *, in the order of the table', () => {
    expect(columns('SELECT * FROM user')).toEqual([
      'id varchar',
      'fullName varchar',
      'age integer',
      'score double',
      'tags array(varchar)',
      'address row(city varchar, zip integer)',
      'born date',
      'createdAt timestamp(3)',
      'year varchar',
      'month varchar',
      'day varchar',
    ])
  })

  it('takes NULL for what is translated with the statement', () => {
    expect(columns('SELECT date_trunc(CAST(NULL AS varchar), createdAt) AS x FROM user')).toEqual([
      'x timestamp(3)',
    ])
    expect(columns('SELECT regexp_like(id, CAST(NULL AS varchar)) AS x FROM user')).toEqual(['x boolean'])
  })
})

describe('any text', () => {
  const words = fc.constantFrom(
    ...`SELECT FROM WHERE GROUP BY ORDER HAVING user u id age ( ) , . * + - / = < > 'a' 1 1.5 1e0 AND OR NOT IN IS NULL
    CASE WHEN THEN ELSE END CAST AS integer count sum ( ) OVER PARTITION JOIN ON USING WITH UNION ALL VALUES UNNEST ARRAY [
    ] ROW -> x INTERVAL DAY AT TIME ZONE EXISTS BETWEEN LIKE DISTINCT LIMIT OFFSET LATERAL`.split(/\s+/),
  )
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 25 }).map((list) => list.join(' ')),
    fc.array(words, { maxLength: 25 }).map((list) => `SELECT ${list.join(' ')} FROM user u`),
  )

  it('is translated or refused with a place, and nothing else', () => {
    fc.assert(
      fc.property(texts, (sql) => {
        try {
          analyze(sql, [USER])
        } catch (error) {
          if (!(error instanceof TranslateError)) throw error
          expect(error.message).toMatch(/\.$/)
          expect(error.start).toBeGreaterThanOrEqual(0)
          expect(error.end).toBeGreaterThanOrEqual(error.start)
          expect(error.end).toBeLessThanOrEqual(sql.length)
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('however deep and long', () => {
    for (const sql of [
      `SELECT ${'('.repeat(50_000)}`,
      `SELECT ${'- '.repeat(50_000)}1`,
      `SELECT ${'NOT '.repeat(50_000)}true`,
      `SELECT 1${' + 1'.repeat(50_000)}`,
      `SELECT true${' AND true'.repeat(20_000)}`,
      `SELECT 'a'${" || 'a'".repeat(20_000)}`,
      `SELECT 1 IN (${'1, '.repeat(50_000)}1)`,
      `SELECT 1${' UNION ALL SELECT 1'.repeat(5_000)}`,
      `SELECT a${'.b'.repeat(50_000)}`,
      `SELECT ${'((SELECT 1) + '.repeat(80)}1${')'.repeat(80)}`,
      `${'SELECT * FROM ('.repeat(90)}SELECT 1${')'.repeat(90)}`,
      `SELECT ${'CASE WHEN true THEN '.repeat(90)}1${' END'.repeat(90)}`,
    ]) {
      const start = performance.now()
      try {
        analyze(sql, [])
      } catch (error) {
        expect(error).toBeInstanceOf(TranslateError)
      }
      expect(performance.now() - start).toBeLessThan(30_000)
    }
  })
})
