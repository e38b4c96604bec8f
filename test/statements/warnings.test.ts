import { describe, expect, test } from 'vitest'
import { analyzeStatements } from '../../src/compiler/sql/analyzeStatements.js'
import { catalogOf } from './catalogOf.js'

const SCHEMA = `
  type Track {
    id: ID! name: String! genre: String albumId: ID! price: Float seconds: Int! composer: String tags: [String!]
    place: Place
  }
  type Album { id: ID! name: String! artist: String! genre: String }
  type Place { city: String }
  type Named @task_response { name: String! genre: String }
  type Priced @task_response { name: String! price: Float! }
  type Half @task_response { id: ID! name: String! artist: String! }
  type Wide @task_response { id: ID! name: String! albumId: ID! seconds: Int! }
  type Mutation {
    like(a: ID!, b: ID!, stars: Int): Boolean!
      @sql_query(query: "INSERT INTO $join_table(likes) (a:Track, b:Album, stars:Int) VALUES ($args.a, $args.b, $args.stars)")
  }
`

/** The warnings of a statement as `code "place" message`; mistakes among them would show. */
async function warnings(field: string, sql: string, large: readonly string[] = []): Promise<string[]> {
  const parent = sql.startsWith('DELETE') ? 'extend type Mutation' : 'type Query'
  const sdl = `${SCHEMA}\n${parent} { ${field} @sql_query(query: """${sql}""") }`.replace(
    'extend type Mutation',
    'type Mutation',
  )
  const { catalog, inputs } = catalogOf(sdl)
  const { problems } = await analyzeStatements(inputs, catalog, undefined, large)
  return problems.map(({ code, severity, offset, length, message }) => {
    expect(severity).toBe('warning')
    return `${code} ${JSON.stringify(sql.slice(offset, offset + length))} ${message}`
  })
}

describe('tables that nothing connects', () => {
  const PAIRS = 'each row of the one meets each row of the other.'

  test.each([
    ['SELECT t.name, t.genre FROM track t, album a', '"album a"', 'a', 't'],
    ['SELECT t.name, t.genre FROM track t CROSS JOIN album a', '"album a"', 'a', 't'],
    ['SELECT t.name, t.genre FROM track t JOIN album a ON true', '"album a"', 'a', 't'],
    [
      "SELECT t.name, t.genre FROM track t, album a WHERE t.name = 'x' AND a.artist = 'y'",
      '"album a"',
      'a',
      't',
    ],
    [
      'SELECT t.name, t.genre FROM track t JOIN album a ON a.id = t.albumId, likes l WHERE l.stars > 3',
      '"likes l"',
      'l',
      't',
    ],
    [
      'SELECT name, genre FROM track WHERE seconds > (SELECT count(*) FROM album, likes)',
      '"likes"',
      'likes',
      'album',
    ],
  ])('%s', async (sql, place, right, left) => {
    expect(await warnings('a: [Named!]!', sql)).toEqual([
      `OCG2070 ${place} No condition connects ${right} with ${left}: ${PAIRS}`,
    ])
  })

  test('counts in a DELETE too', async () => {
    const sql = 'DELETE l FROM $join_table(likes) l, track t WHERE t.seconds > 5'
    expect(await warnings('a: Boolean', sql)).toEqual([
      `OCG2070 "track t" No condition connects t with l: ${PAIRS}`,
    ])
  })

  test.each([
    'SELECT t.name, t.genre FROM track t, album a WHERE a.id = t.albumId',
    'SELECT t.name, t.genre FROM track t CROSS JOIN album a WHERE artist = composer',
    'SELECT t.name, t.genre FROM track t JOIN album a ON a.id = t.albumId JOIN likes l ON l.b = a.id',
    'SELECT t.name, t.genre FROM track t JOIN album a USING (name)'.replace('t.name', 'name'),
    'SELECT t.name, t.genre FROM track t, album a, likes l WHERE l.a = t.id AND l.b = a.id',
    'SELECT t.name, t.genre FROM track t, album a WHERE t.seconds < length(a.name) OR t.name = a.name',
    "SELECT t.name, t.genre FROM track t, album a WHERE a.id = 'x'",
    'SELECT t.name, t.genre FROM track t CROSS JOIN (SELECT count(*) AS n FROM album) a',
    'WITH n AS (SELECT count(*) AS n FROM album) SELECT t.name, t.genre FROM track t, n',
    'SELECT t.name, t.genre FROM track t CROSS JOIN UNNEST(t.tags) AS u(tag)',
    'SELECT t.name, t.genre FROM track t, album a WHERE EXISTS (SELECT 1 FROM likes l WHERE l.a = t.id AND l.b = a.id)',
  ])('says nothing of %s', async (sql) => {
    expect(await warnings('a: [Named!]!', sql)).toEqual([])
  })
})

describe('a star that reads too much', () => {
  test.each([
    ['SELECT * FROM track', '"*"', 11, 2],
    ['SELECT t.* FROM track t JOIN album a ON a.id = t.albumId', '"t.*"', 11, 2],
  ])('%s', async (sql, place, read, taken) => {
    expect(await warnings('a: [Named!]!', sql)).toEqual([
      `OCG2071 ${place} The star reads ${read} columns, of which the response takes ${taken}.`,
    ])
  })

  test('counts for a single value', async () => {
    expect(await warnings('a: [String!]!', 'SELECT * FROM album')).toEqual([
      'OCG2071 "*" The star reads 6 columns, of which the response takes 1.',
    ])
  })

  test.each([
    ['a: [Wide!]!', 'SELECT * FROM track'],
    ['a: [Half!]!', 'SELECT * FROM album'],
    ['a: [Named!]!', 'SELECT * FROM (SELECT name, genre FROM track)'],
    ['a: [Named!]!', 'SELECT name, genre FROM track WHERE seconds > (SELECT count(*) FROM album)'],
  ])('says nothing of %s %s', async (field, sql) => {
    expect(await warnings(field, sql)).toEqual([])
  })
})

describe('a column that may be null where nothing may', () => {
  const NEVER = 'but Priced.price never is.'

  test.each([
    ['SELECT name, price FROM track', `"price" price of track may be null, ${NEVER}`],
    ['SELECT t.name, t.price FROM track t', `"t.price" price of track may be null, ${NEVER}`],
    [
      'SELECT genre AS name, 1 AS price FROM album',
      '"genre" genre of album may be null, but Priced.name never is.',
    ],
    [
      'SELECT t.name, l.stars AS price FROM track t JOIN likes l ON l.a = t.id',
      `"l.stars" stars of likes may be null, ${NEVER}`,
    ],
    [
      'SELECT a.name, 1 AS price FROM track t LEFT JOIN album a ON a.id = t.albumId',
      '"a.name" name is null where the outer join finds no a, but Priced.name never is.',
    ],
    [
      'SELECT t.name, 1 AS price FROM track t RIGHT JOIN album a ON a.id = t.albumId',
      '"t.name" name is null where the outer join finds no t, but Priced.name never is.',
    ],
    [
      "SELECT 'all' AS name, sum(seconds) AS price FROM track",
      `"sum(seconds)" sum(…) is null when there are no rows, ${NEVER}`,
    ],
  ])('%s', async (sql, warning) => {
    expect(await warnings('a: [Priced!]!', sql)).toEqual([`OCG2064 ${warning}`])
  })

  test('shows at a star, and for a single value', async () => {
    expect(await warnings('a: [Priced!]!', 'SELECT s.* FROM track s WHERE seconds > 9')).toEqual([
      'OCG2071 "s.*" The star reads 11 columns, of which the response takes 2.',
      `OCG2064 "s.*" price of track may be null, ${NEVER}`,
    ])
    expect(await warnings('a: [Float!]!', 'SELECT price FROM track')).toEqual([
      'OCG2064 "price" price of track may be null, but the declared type Float! never is.',
    ])
    expect(await warnings('a: [Float]!', 'SELECT price FROM track')).toEqual([])
  })

  test.each([
    'SELECT name, price FROM track WHERE price IS NOT NULL',
    'SELECT name, price FROM track WHERE price > 1',
    'SELECT name, coalesce(price, 0) AS price FROM track',
    'SELECT name, seconds AS price FROM track',
    "SELECT genre AS name, 1 AS price FROM track WHERE lower(genre) LIKE 'r%'",
    'SELECT a.name, 1 AS price FROM track t LEFT JOIN album a ON a.id = t.albumId WHERE a.id IS NOT NULL',
    'SELECT t.name, 1 AS price FROM track t LEFT JOIN album a ON a.id = t.albumId',
    'SELECT name, sum(seconds) AS price FROM track GROUP BY name',
    "SELECT 'all' AS name, count(price) AS price FROM track",
    'SELECT name, 1 AS price FROM (SELECT genre AS name FROM track)',
  ])('says nothing of %s', async (sql) => {
    expect(await warnings('a: [Priced!]!', sql)).toEqual([])
  })
})

describe('a table that is marked large', () => {
  const LARGE = ['Track', 'likes']
  const warning = (table: string, alias: string) =>
    `OCG2072 ${alias} The table ${table} is marked large, and no condition says which of its days are read.`

  test.each([
    ['SELECT name, genre FROM track', 'track', '"track"'],
    ["SELECT name, genre FROM track WHERE id = 'x'", 'track', '"track"'],
    [
      "SELECT t.name, a.genre FROM track t JOIN album a ON a.id = t.albumId WHERE a.year = '2026'",
      'track',
      '"track t"',
    ],
    ['SELECT name, genre FROM album WHERE id IN (SELECT b FROM likes)', 'likes', '"likes"'],
  ])('%s', async (sql, table, alias) => {
    expect(await warnings('a: [Named!]!', sql, LARGE)).toEqual([warning(table, alias)])
    expect(await warnings('a: [Named!]!', sql)).toEqual([])
  })

  test.each([
    "SELECT name, genre FROM track WHERE year = '2026'",
    "SELECT t.name, a.genre FROM album a JOIN track t ON t.albumId = a.id AND t.month = '11'",
    "SELECT name, genre FROM album WHERE id IN (SELECT b FROM likes WHERE day BETWEEN '01' AND '07')",
    'SELECT name, genre FROM album',
  ])('says nothing of %s', async (sql) => {
    expect(await warnings('a: [Named!]!', sql, LARGE)).toEqual([])
  })
})
