import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyze, compiled, field, LIKES, mistakes, shop } from '../../../test/statements/shopSchema.js'
import type { CheckedColumn, SqlChecker, SqlStretch } from '../../ports/sqlChecker.js'
import { analyzeStatements } from './analyzeStatements.js'

describe('queries', () => {
  test.each([
    'SELECT name FROM user',
    'SELECT NAME FROM User',
    'SELECT total FROM "order"',
    'SELECT total FROM "Order" o ORDER BY o.placedAt',
    'SELECT name FROM user u JOIN "order" o USING (id) WHERE id = \'1\'',
    'SELECT u.address.city, address.street FROM user u',
    'SELECT "group" FROM user',
    'SELECT name n FROM user ORDER BY n',
    'SELECT t FROM user CROSS JOIN UNNEST(tags) AS x(t)',
    'SELECT t FROM user, UNNEST(tags) WITH ORDINALITY AS x(t, position)',
    'SELECT l.m FROM user u, LATERAL (SELECT u.name AS m) l',
    'WITH q AS (SELECT id, name FROM user), r AS (SELECT * FROM q) SELECT r.name FROM r',
    'WITH q(a) AS (SELECT name FROM user) SELECT a FROM q',
    'WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM q WHERE n < 5) SELECT n FROM q',
    'SELECT reduce(tags, 0, (s, x) -> s + length(x), s -> s) FROM user',
    'SELECT (SELECT max(total) FROM "order" o WHERE o.userId = u.id) FROM user u',
    'SELECT name FROM user WHERE EXISTS (SELECT 1 FROM "order" WHERE userId = user.id)',
    'SELECT name FROM user UNION SELECT id FROM "order" ORDER BY name LIMIT 5',
    'SELECT year, month, day, createdAt, updatedAt FROM user LIMIT ALL',
    'SELECT day + 1 FROM "order"',
    'SELECT sum(age) OVER w FROM user WINDOW w AS (PARTITION BY name ORDER BY age)',
    "SELECT count(*) FILTER (WHERE name = 'a'), listagg(name, ',') WITHIN GROUP (ORDER BY name) FROM user",
    "SELECT extract(day FROM createdAt), trim(BOTH 'a' FROM name), position('a' IN name) FROM user",
    'SELECT CAST(ROW(1, 2) AS ROW(a decimal(10, 2), b varchar(3))) FROM user',
    'SELECT * FROM (SELECT id, name FROM user) JOIN "order" ON true',
    'SELECT likes.rating, l.productid FROM likes, $join_table(likes) l',
    'SELECT s3Key, relationId, createdAt FROM likes',
    'SELECT 1; ;',
    '(SELECT 1)',
    'VALUES 1, 2',
    'SELECT 1 FROM user OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY',
    'SELECT date_trunc(\'day\', placedAt) d, count(*) c FROM "order" GROUP BY 1 HAVING count(*) > 1',
  ])('takes %s', async (sql) => {
    expect(await mistakes(sql)).toEqual([])
  })

  test.each([
    ['SELECT nmae FROM user', 'OCG2052 "nmae" There is no column "nmae". | Did you mean "name"?'],
    ['SELECT u.nmae FROM user u', 'OCG2052 "nmae" user has no column "nmae". | Did you mean "name"?'],
    [
      'SELECT user.name FROM user u',
      'OCG2052 "user" Nothing in FROM is called "user". | Here it is called u.',
    ],
    ['SELECT x.* FROM user u', 'OCG2052 "x" Nothing in FROM is called "x".'],
    ['SELECT name FROM usr', 'OCG2051 "usr" There is no table "usr". | Did you mean user?'],
    ['SELECT name FROM ordr', 'OCG2051 "ordr" There is no table "ordr". | Did you mean "order"?'],
    [
      'SELECT total FROM order',
      'OCG2056 "order" "order" is a reserved word of Trino. | As a name it needs double quotes: "order".',
    ],
    [
      'SELECT id FROM user u JOIN "order" o ON o.userId = u.id',
      'OCG2053 "id" "id" is a column of u and of o. | Say which one: u.id.',
    ],
    ['SELECT name n FROM user WHERE n IS NULL', 'OCG2052 "n" There is no column "n".'],
    ['SELECT name n FROM user GROUP BY n', 'OCG2052 "n" There is no column "n".'],
    [
      'SELECT "a text" FROM user',
      'OCG2052 "\\"a text\\"" There is no column "a text". Double quotes are for names; a text has single quotes.',
    ],
    [
      'SELECT t FROM user CROSS JOIN UNNEST(tag) AS x(t)',
      'OCG2052 "tag" There is no column "tag". | Did you mean',
    ],
    ['SELECT y FROM user CROSS JOIN UNNEST(tags) AS x(t)', 'OCG2052 "y" There is no column "y".'],
    [
      'WITH q AS (SELECT id FROM user) SELECT q.name FROM q',
      'OCG2052 "name" q has no column "name". | Columns are id.',
    ],
    ['SELECT m FROM user u, (SELECT u.name AS m) l', 'OCG2052 "u" Nothing in FROM is called "u".'],
    ['SELECT transform(tags, t -> t || nmae) FROM user', 'OCG2052 "nmae" There is no column "nmae".'],
    [
      'SELECT name FROM user u JOIN "order" o USING (total)',
      'OCG2052 "total" USING names the column "total", which one of the joined tables does not have.',
    ],
    ["SELECT 'é\u{1f600}', nmae FROM user", 'OCG2052 "nmae" There is no column "nmae".'],
    ["SELECT 'a$args.text', nmae FROM user", 'OCG2052 "nmae" There is no column "nmae".'],
    [
      'SELECT uper(name) FROM user',
      'OCG2054 "uper" The function uper is not supported. | Did you mean upper?',
    ],
    [
      'SELECT "read_text"(name) FROM user',
      'OCG2054 "\\"read_text\\"" The function read_text is not supported.',
    ],
    ['SELECT current_user', 'OCG2054 "current_user" The function current_user is not supported.'],
    ['SELECT main.lower(name) FROM user', 'OCG2054 "main" The function lower has a name before it.'],
    ["SELECT * FROM read_parquet('x')", 'OCG2054 "read_parquet" The function read_parquet is not supported.'],
    ['SELECT * FROM sequence(1, 2)', 'OCG2055 "sequence" The function sequence gives a value, not a table.'],
    ['SELECT * FROM TABLE(sequence(1, 2))', 'OCG2055 "TABLE" Table functions are not supported.'],
    [
      'SELECT name FROM main.user',
      'OCG2055 "main" The table main.user has a schema before its name. | A statement reads the project\'s tables only: write user.',
    ],
    ['SELECT 1 FROM information_schema.tables', 'OCG2055 "information_schema" The table'],
    ['SELECT 1 FROM duckdb_settings', 'OCG2051 "duckdb_settings" There is no table "duckdb_settings".'],
    ['SELECT name INTO x FROM user', 'OCG2055 "INTO" Trino\'s SELECT has no INTO: a statement only reads.'],
    ['SELECT name FROM user FOR UPDATE', 'OCG2055 "FOR" Trino\'s SELECT has no FOR UPDATE.'],
    [
      'SELECT name FROM user WHERE id = ?',
      'OCG2055 "?" "?" has no value in a statement. | Arguments are written as $args.name.',
    ],
    ['SELECT DISTINCT ON (name) id FROM user', 'OCG2055 "ON" Trino\'s SELECT has no DISTINCT ON.'],
    [
      'SELECT name FROM user GROUP BY ALL',
      'OCG2050 "ALL" GROUP BY ALL names no columns. | Name the columns to group by, or their numbers.',
    ],
    ['SELECT name FROM user LIMIT age', 'OCG2050 "age" A number of rows is a whole number'],
    [
      'SELECT name FROM user u LEFT JOIN "order" o',
      'OCG2050 "\\"order\\"" This JOIN has no condition. | Add ON … or USING (…), or write CROSS JOIN.',
    ],
    ['SELECT FROM user', 'OCG2050 "FROM" The SELECT names no columns.'],
    ['SELECT name, FROM user', 'OCG2050 "," Behind this comma something is missing before FROM.'],
    [
      'SELECT name name2 name3 FROM user',
      'OCG2050 "name3" Found name3 where the end of the statement was expected.',
    ],
    ['SELECT name FROM user WHERE (', 'OCG2050 "("'],
    [
      'SELECT name FROM user WHERE name == id',
      'OCG2050 "=" "==" is no operator of Trino. | Write a single "=".',
    ],
    ['SELECT name::varchar FROM user', 'OCG2050 ":" "::" is no operator of Trino. | Write CAST(x AS type).'],
    ["SELECT 'a' 'b' FROM user", 'OCG2050 "\'b\'" Two values follow each other. | Join texts with ||.'],
    ['SELECT name FROM user WHERE id IN ()', 'OCG2050 ")" The list after IN is empty.'],
    [
      'WITH q (SELECT 1) SELECT 1',
      'OCG2050 "SELECT" A query cannot stand directly behind q and a parenthesis.',
    ],
    ['FROM user SELECT name', 'OCG2022 "FROM" A statement cannot begin with FROM.'],
    ['SELECT 1 FROM (FROM user)', 'OCG2050 "FROM" A query begins with SELECT, not with FROM.'],
    ['WITH x AS (DELETE FROM user) SELECT 1', 'OCG2055 "DELETE" A query cannot hold DELETE.'],
    ['SELECT 1; SELECT 2', 'OCG2021 "SELECT" A second statement begins here.'],
    ['UPDATE user SET name = id', 'OCG2022 "UPDATE" A statement cannot begin with UPDATE.'],
    ['COPY user TO id', 'OCG2022 "COPY" A statement cannot begin with COPY.'],
    ['', 'OCG2020 "" The statement is empty.'],
    ['-- nothing', 'OCG2020 "-- nothing" The statement is empty.'],
    [
      'SELECT * FROM $join_table(likse)',
      'OCG2057 "$join_table(likse)" No INSERT declares the join table "likse". | Join tables are likes.',
    ],
    [
      'SELECT * FROM $join_table(user)',
      'OCG2057 "$join_table(user)" "user" is an entity, not a join table. | Write user without $join_table.',
    ],
    [
      `SELECT ${'('.repeat(600)}1${')'.repeat(600)}`,
      'OCG2050 "(" The statement is nested too deeply. | Split it with WITH.',
    ],
  ])('refuses %s', async (sql, expected) => {
    const found = await mistakes(sql)
    expect(found[0]?.slice(0, expected.length)).toBe(expected)
    expect(found).toHaveLength(1)
  })

  test('reads on behind reserved words', async () => {
    const sql = 'SELECT o.nmae FROM order o JOIN user u ON u.group = uper(o.id)'
    expect((await mistakes(sql)).map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual([
      'OCG2052 "nmae"',
      'OCG2056 "order"',
      'OCG2056 "group"',
      'OCG2054 "uper"',
    ])
  })

  test.each([
    ['parentheses', '('.repeat(100_000)],
    ['queries that are none', '((SELECT '.repeat(5000)],
    ['signs', '- '.repeat(100_000)],
    ['subqueries', `SELECT 1 FROM ${'(SELECT 1 FROM '.repeat(5000)}`],
    ['calls', 'lower('.repeat(20_000)],
    ['operators', `${'1+'.repeat(50_000)}1`],
    ['long chains in deep parentheses', `${'('.repeat(90)}1${`${'+1'.repeat(900)})`.repeat(90)}`],
  ])('%s without end take no stack and little time', async (_name, sql) => {
    const before = performance.now()
    const found = await mistakes(`SELECT ${sql}`)
    expect(found.every((text) => /^OCG20(?:50|26) /.test(text))).toBe(true)
    expect(performance.now() - before).toBeLessThan(10_000)
  })

  test('reports every mistake of a statement at once, in the order of their places', async () => {
    // Whether "any" is a column of the unknown table nobody can say.
    const sql = 'SELECT "any", uper(u.foo), $args.txt FROM user u JOIN nowhere n ON n.x = u.bar'
    expect((await mistakes(sql)).map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual([
      'OCG2054 "uper"',
      'OCG2052 "foo"',
      'OCG2010 "$args.txt"',
      'OCG2051 "nowhere"',
      'OCG2052 "bar"',
    ])
  })
})

describe('arguments', () => {
  test.each([
    [
      'SELECT name FROM user WHERE id = $args.user OR id = $args.userId',
      'SELECT name FROM user WHERE id = {user:value} OR id = {userId:value}',
    ],
    [
      "SELECT name FROM user WHERE name LIKE '%$args.text%'",
      "SELECT name FROM user WHERE name LIKE '%{text:literal}%'",
    ],
    ['SELECT name FROM user WHERE id IN $args.texts', 'SELECT name FROM user WHERE id IN {texts:inList}'],
    [
      'SELECT name FROM user WHERE id NOT IN ( $args.texts ) AND age > 1',
      'SELECT name FROM user WHERE id NOT IN {texts:inList} AND age > 1',
    ],
    [
      'SELECT name FROM user WHERE id IN ($args.text, $args.user)',
      'SELECT name FROM user WHERE id IN ({text:value}, {user:value})',
    ],
    ['SELECT name FROM user WHERE id IN ($args.text)', 'SELECT name FROM user WHERE id IN ({text:value})'],
    [
      'SELECT name FROM user WHERE contains($args.texts, id)',
      'SELECT name FROM user WHERE contains({texts:value}, id)',
    ],
    ["SELECT position('a' IN $args.text)", "SELECT position('a' IN {text:value})"],
    ['SELECT 1 LIMIT $args.count', 'SELECT 1 LIMIT {count:count}'],
    [
      'SELECT 1 OFFSET $args.count FETCH FIRST $args.count ROWS ONLY',
      'SELECT 1 OFFSET {count:count} FETCH FIRST {count:count} ROWS ONLY',
    ],
    [
      "SELECT 1 WHERE current_date > TIMESTAMP '$args.at' - interval '$args.count' day",
      "SELECT 1 WHERE current_date > {at:value} - interval '{count:literal}' day",
    ],
    ['SELECT name -- a comment\nFROM /* and another */ user;', 'SELECT name FROM user'],
    ['SELECT 1 FROM $join_table( Likes )', 'SELECT 1 FROM "likes"'],
  ])('%s becomes %s', async (sql, expected) => {
    expect(await compiled(sql)).toBe(expected)
  })

  test.each([
    ['SELECT $args.txt', 'OCG2010 "$args.txt" The field has no argument "txt". | Did you mean $args.text'],
    [
      "SELECT '$args.users'",
      'OCG2010 "$args.users" The field has no argument "users". | Did you mean $args.user',
    ],
    ["SELECT '$args.texts'", 'OCG2012 "$args.texts" The list $args.texts stands inside a text literal.'],
    [
      "SELECT 1 WHERE 'a' IN ($args.texts, 'x')",
      'OCG2012 "$args.texts" The list $args.texts shares the parentheses after IN with other values.',
    ],
    [
      'SELECT interval $args.count day',
      'OCG2012 "$args.count" After INTERVAL stands a text in quotes, but $args.count has none. | Write interval \'$args.count\' day.',
    ],
    [
      'SELECT 1 LIMIT $args.text',
      'OCG2012 "$args.text" After LIMIT stands a number of rows, but $args.text is no Int.',
    ],
    ['SELECT 1 -- $args.text', 'OCG2004 "$args.text" The argument $args.text stands in a comment'],
  ])('%s is a mistake', async (sql, expected) => {
    const found = await mistakes(sql)
    expect(found[0]?.slice(0, expected.length)).toBe(expected)
    expect(found).toHaveLength(1)
  })

  test('an argument that is not used is a warning, and the statement is there', async () => {
    const { problems, statements } = await analyzeStatements(
      [field('SELECT $args.text', { args: [...field('').args.slice(0, 2)] })],
      shop,
    )
    expect(problems).toEqual([
      {
        statement: 'Query.field',
        code: 'OCG2011',
        severity: 'warning',
        message: 'The argument "count" is not used by the statement.',
        hint: 'Write $args.count where its value belongs, or remove the argument.',
        offset: 0,
        length: 6,
      },
    ])
    expect(statements).toHaveLength(1)
  })
})

describe('INSERT', () => {
  test('declares its join table, whatever the order of the columns', async () => {
    const other =
      "INSERT INTO $join_table(LIKES) (rating:Int, productId:Product, userId:User) VALUES (-1, 'p', $args.user);"
    const { statements, joinTables, problems } = await analyze(other)
    expect(problems.filter(({ severity }) => severity !== 'warning')).toEqual([])
    expect(joinTables).toEqual([
      {
        table: 'likes',
        columns: [
          { kind: 'entity', name: 'userId', entity: 'user' },
          { kind: 'entity', name: 'productId', entity: 'product' },
          { kind: 'plain', name: 'rating', type: { kind: 'scalar', name: 'Int', nonNull: false } },
        ],
      },
    ])
    expect(statements.map((one) => one.kind === 'insert' && one.values)).toEqual([
      [
        { column: 'userId', arg: 'user' },
        { column: 'productId', arg: 'userId' },
        { column: 'rating', constant: 5 },
      ],
      [
        { column: 'userId', arg: 'user' },
        { column: 'productId', constant: 'p' },
        { column: 'rating', constant: -1 },
      ],
    ])
  })

  const columns = (count: number) => Array.from({ length: count }, (_, index) => `c${index}:User`).join(', ')
  const values = (count: number) => Array.from({ length: count }, () => '$args.user').join(', ')

  test('takes every kind of value, and 49 entities', async () => {
    const sql =
      "INSERT INTO $join_table(t) (u:User, a:String, b:Float, c:Boolean, d:Mood, e:AWSDate, f:Int, g:ID) VALUES ('it''s', $args.text, 1.5e1, TRUE, 'SAD', '2024-02-29', null, $args.userId)"
    expect(await mistakes(sql)).toEqual([])
    expect(await mistakes(`INSERT INTO $join_table(t) (${columns(49)}) VALUES (${values(49)})`)).toEqual([])
  })

  test.each([
    [
      'INSERT INTO likes (a:User) VALUES ($args.user)',
      'OCG2030 "likes" Expected $join_table(name), but found likes. | Rows are inserted into join tables only: $join_table(likes).',
    ],
    [
      'INSERT INTO $join_table(t) VALUES ($args.user)',
      'OCG2030 "VALUES" Expected the columns in parentheses, but found VALUES.',
    ],
    [
      'INSERT INTO $join_table(t) (userId) VALUES ($args.user)',
      'OCG2030 ")" Expected ":" and the type of the column, but found ). | Write userId:User for an entity',
    ],
    [
      'INSERT INTO $join_table(t) (u:User) VALUES ($args.user), ($args.user)',
      'OCG2030 "," Expected the end of the statement, but found ,. | An INSERT makes exactly one relation.',
    ],
    [
      'INSERT INTO $join_table(t) (u:User) SELECT id FROM user',
      'OCG2030 "SELECT" Expected VALUES, but found SELECT.',
    ],
    [
      "INSERT INTO $join_table(t) (u:User) VALUES ('$args.user')",
      "OCG2030 \"'$args.user'\" Expected a value, but found '$args.user'. | An INSERT takes an argument as it is: write $args.user without quotes.",
    ],
    [
      'INSERT INTO $join_table(t) (u:User) VALUES (lower($args.user))',
      'OCG2030 "lower" Expected a value, but found lower.',
    ],
    [
      'INSERT INTO $join_table(t) (u:User) VALUES ($args.user',
      'OCG2030 "r" Expected "," or ")", but the statement ends.',
    ],
    [
      'INSERT INTO $join_table(t) (u:Usr) VALUES ($args.user)',
      'OCG2031 "Usr" The column "u" has the unknown type "Usr". | Did you mean "User"?',
    ],
    [
      'INSERT INTO $join_table(t) (u:Address) VALUES ($args.user)',
      'OCG2031 "Address" The column "u" has the unknown type "Address".',
    ],
    [
      'INSERT INTO $join_table(t) (u:User, U:Product) VALUES ($args.user, $args.user)',
      'OCG2032 "U" The column "U" is there already as "u".',
    ],
    [
      'INSERT INTO $join_table(t) (u:User, CREATEDAT:String) VALUES ($args.user, $args.text)',
      'OCG2032 "CREATEDAT" The name "CREATEDAT" is the system\'s in every join table.',
    ],
    [
      'INSERT INTO $join_table(t) (a:Int) VALUES (1)',
      'OCG2033 "$join_table(t)" No column of the join table "t" names an entity.',
    ],
    [
      `INSERT INTO $join_table(t) (${columns(50)}) VALUES (${values(50)})`,
      'OCG2033 "$join_table(t)" The join table "t" has 50 columns that name an entity, and 49 are allowed.',
    ],
    [
      'INSERT INTO $join_table(t) (u:User, p:Product) VALUES ($args.user)',
      'OCG2034 "VALUES" The statement has 2 columns and 1 values.',
    ],
    [
      'INSERT INTO $join_table(t) (u:User) VALUES ($args.usr)',
      'OCG2010 "$args.usr" The field has no argument "usr".',
    ],
    [
      'INSERT INTO $join_table(t) (u:User) VALUES ($args.count)',
      'OCG2035 "$args.count" The column "u" takes the id of User, but $args.count is Int. | Declare the argument as count: ID!.',
    ],
    [
      'INSERT INTO $join_table(t) (u:User) VALUES ($args.text)',
      'OCG2035 "$args.text" The column "u" is never null, but $args.text is String and may be. | Declare the argument as text: String!.',
    ],
    [
      'INSERT INTO $join_table(t) (u:User, r:Int) VALUES ($args.user, $args.text)',
      'OCG2035 "$args.text" The column "r" takes Int, but $args.text is String.',
    ],
    [
      'INSERT INTO $join_table(t) (u:User, r:Int!) VALUES ($args.user, $args.count)',
      'OCG2035 "$args.count" The column "r" is never null',
    ],
    ['INSERT INTO $join_table(t) (u:User) VALUES (null)', 'OCG2035 "null" The column "u" is never null.'],
    [
      'INSERT INTO $join_table(t) (u:User) VALUES (5)',
      'OCG2035 "5" The column "u" takes an id, and 5 is none. | Write the id as a text: \'5\'.',
    ],
    [
      "INSERT INTO $join_table(t) (u:User) VALUES ('')",
      'OCG2035 "\'\'" The column "u" takes an id: 1 to 256',
    ],
    [
      'INSERT INTO $join_table(t) (u:User, r:Int) VALUES ($args.user, 3000000000)',
      'OCG2035 "3000000000" The value of the column "r" does not fit: Int must be',
    ],
    [
      "INSERT INTO $join_table(t) (u:User, m:Mood) VALUES ($args.user, 'SAAD')",
      "OCG2035 \"'SAAD'\" 'SAAD' is no value of Mood. | Did you mean 'SAD'?",
    ],
    [
      'INSERT INTO $join_table(likes) (userId:User, productId:Product) VALUES ($args.user, $args.user)',
      'OCG2036 "$join_table(likes)" The join table "likes" is declared with differing columns: Mutation.like has (userId:user, productId:product, rating:Int), Mutation.field has (userId:user, productId:product).',
    ],
    [
      'WITH q AS (SELECT 1) INSERT INTO $join_table(t) (u:User) VALUES (1)',
      'OCG2055 "INSERT" A query cannot hold INSERT.',
    ],
  ])('refuses %s', async (sql, expected) => {
    const given = sql.startsWith('WITH') ? {} : field('INSERT')
    const found = await mistakes(sql, { ...given, sql, name: 'field' })
    expect(found[0]?.slice(0, expected.length)).toBe(expected)
  })

  test('has its own place and type', async () => {
    expect(await mistakes(LIKES, { parent: 'Query' })).toEqual([
      'OCG2023 "INSERT" A field of Query holds a SELECT, but this is an INSERT. | Move the field to Mutation.',
    ])
    expect(await mistakes(LIKES, { mode: 'SYNC' })).toHaveLength(1)
    const nullable = { ...field(LIKES).returns, nonNull: false }
    expect(await mistakes(LIKES, { returns: nullable })).toEqual([
      'OCG2024 "INSERT" The field of an INSERT is of the type Boolean!, not Boolean. | Declare it as field(…): Boolean!.',
    ])
  })

  test('with mistakes does not make mistakes of the statements that read its table', async () => {
    const inputs = [
      field('INSERT INTO $join_table(t) (u:Usr) VALUES ($args.user)', { name: 'broken' }),
      field('SELECT anything FROM t', { name: 'read' }),
      field('DELETE FROM $join_table(t) WHERE whatever = 1', { name: 'remove' }),
    ]
    const { problems } = await analyzeStatements(inputs, shop)
    expect(
      problems
        .filter(({ severity }) => severity !== 'warning')
        .map(({ statement, code }) => `${statement} ${code}`),
    ).toEqual(['Mutation.broken OCG2031'])
  })
})

describe('DELETE', () => {
  test.each([
    [
      'DELETE l FROM $join_table(likes) l WHERE l.userId = $args.user',
      'SELECT DISTINCT l.s3Key, l.relationId FROM "likes" l WHERE l.userId = {user:value}',
    ],
    [
      'DELETE FROM $join_table(likes) WHERE userId = $args.user;',
      'SELECT DISTINCT "likes".s3Key, "likes".relationId FROM "likes" WHERE userId = {user:value}',
    ],
    [
      'DELETE FROM $join_table(likes) AS "My L" WHERE true',
      'SELECT DISTINCT "My L".s3Key, "My L".relationId FROM "likes" "My L" WHERE true',
    ],
    [
      'delete likes from $join_table(likes) where true',
      'SELECT DISTINCT "likes".s3Key, "likes".relationId from "likes" where true',
    ],
    [
      'DELETE l FROM $join_table(likes) l JOIN user u ON u.id = l.userId WHERE u.name IN ($args.texts)',
      'SELECT DISTINCT l.s3Key, l.relationId FROM "likes" l JOIN user u ON u.id = l.userId WHERE u.name IN {texts:inList}',
    ],
    [
      'DELETE l FROM $join_table(likes) l, user u WHERE u.id = l.userId',
      'SELECT DISTINCT l.s3Key, l.relationId FROM "likes" l, user u WHERE u.id = l.userId',
    ],
  ])('%s becomes a SELECT', async (sql, expected) => {
    expect(await mistakes(sql)).toEqual([])
    expect(await compiled(sql)).toBe(expected)
  })

  test('knows its table and what it reads', async () => {
    const { statements } = await analyze(
      'DELETE l FROM $join_table(likes) l JOIN user u ON u.id = l.userId WHERE true',
    )
    expect(statements[1]).toMatchObject({ kind: 'delete', joinTable: 'likes', tables: ['likes', 'user'] })
  })

  test.each([
    [
      'DELETE FROM likes WHERE true',
      'OCG2041 "likes" "likes" is written without $join_table. | Statements delete from join tables only: write $join_table(likes).',
    ],
    [
      'DELETE FROM $join_table(user) WHERE true',
      'OCG2057 "$join_table(user)" "user" is an entity, not a join table.',
    ],
    [
      'DELETE u FROM $join_table(likes) l JOIN user u ON true WHERE true',
      'OCG2042 "u" "u" is not the join table after FROM, which is called l here. | Write DELETE l FROM … .',
    ],
    [
      'DELETE likes FROM $join_table(likes) l WHERE true',
      'OCG2042 "likes" "likes" is not the join table after FROM, which is called l here.',
    ],
    ['DELETE FROM $join_table(likes)', 'OCG2043 "$join_table(likes)" This DELETE has no WHERE'],
    [
      'DELETE FROM $join_table(likes) JOIN (SELECT 1 WHERE true) x ON true',
      'OCG2043 "$join_table(likes)" This DELETE has no WHERE',
    ],
    ['DELETE FROM $join_table(likes) WHERE true LIMIT 5', 'OCG2044 "DELETE" A DELETE has no LIMIT.'],
    [
      'DELETE FROM $join_table(likes) WHERE true ORDER BY rating',
      'OCG2044 "DELETE" A DELETE has no ORDER BY.',
    ],
    [
      'DELETE FROM $join_table(likes) WHERE true GROUP BY rating',
      'OCG2044 "DELETE" A DELETE has no GROUP BY.',
    ],
    [
      "DELETE FROM $join_table(likes) WHERE true UNION SELECT 'a', 'b'",
      'OCG2044 "DELETE" A DELETE has no UNION.',
    ],
    ['DELETE WHERE true', 'OCG2040 "true" Expected FROM, but found true.'],
    ['DELETE', 'OCG2040 "E" Expected FROM, but the statement ends.'],
    [
      'DELETE FROM $join_table(likes) l l2 WHERE true',
      'OCG2040 "l2" Expected a JOIN or WHERE, but found l2.',
    ],
    ['DELETE FROM $join_table(likes) WHERE userID = usr', 'OCG2052 "usr" There is no column "usr".'],
    ['DELETE l FROM $join_table(likes) l WHERE l.foo = 1', 'OCG2052 "foo" likes has no column "foo".'],
    [
      'DELETE FROM $join_table(likes) WHERE true; DROP TABLE likes',
      'OCG2021 "DROP" A second statement begins here.',
    ],
  ])('refuses %s', async (sql, expected) => {
    const found = await mistakes(sql)
    expect(found[0]?.slice(0, expected.length)).toBe(expected)
    expect(found).toHaveLength(1)
  })

  test('is of the type Boolean', async () => {
    const sql = 'DELETE FROM $join_table(likes) WHERE true'
    const returns = { ...field(sql).returns, nonNull: true }
    expect(await mistakes(sql, { returns })).toEqual([
      'OCG2024 "DELETE" The field of a DELETE is of the type Boolean, not Boolean!. | Declare it as field(…): Boolean.',
    ])
  })
})

describe('the result', () => {
  const rows = {
    returns: { kind: 'list', item: { kind: 'response', name: 'Row', nonNull: true }, nonNull: false },
  } as const

  test('has a column for each field, in any case and order', async () => {
    expect(await mistakes('SELECT 1 AS extra, 1.5 AS TOTAL, name FROM user', rows)).toEqual([])
    expect(await mistakes('SELECT name FROM user', rows)).toEqual([
      'OCG2061 "SELECT" The result has no column for the field Row.total. Its columns are: name. | Name a column with AS total.',
    ])
    expect(await mistakes('SELECT count(*), name FROM user', rows)).toEqual([
      'OCG2061 "SELECT" The result has no column for the field Row.total. Its columns are: name and 1 without a name. | Name a column with AS total.',
    ])
    expect(await mistakes('SELECT u.name, p.name, 1 AS total FROM user u, product p', rows)).toEqual([
      'OCG2063 "p.name" The result has 2 columns named "name", and the field Row.name needs one. | Name only one of them so, with AS.',
    ])
  })

  test('stays unchecked where the compiler cannot be sure of the columns', async () => {
    expect(await mistakes('SELECT x.* FROM user CROSS JOIN UNNEST(tags) x', rows)).toEqual([])
  })
})

test('any text gives statements or problems, never a throw', async () => {
  const words =
    'SELECT FROM WHERE user name , ( ) * = . "order" \' " $args.text $args.x $join_table(likes) DELETE INSERT INTO VALUES WITH AS q JOIN ON IN LIMIT 1 -- /* */ ; UNION UNNEST(tags) x -> [ ] ? : \n CASE END lower( \u{1f600} \0'.split(
      ' ',
    )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 14 }), async (parts) => {
      const sql = parts.join(' ')
      for (const text of [
        sql,
        `SELECT ${sql}`,
        `DELETE FROM $join_table(likes) ${sql}`,
        `INSERT INTO $join_table(t) ${sql}`,
      ]) {
        const { problems } = await analyze(text)
        for (const { offset, length } of problems) {
          expect(length).toBeGreaterThan(0)
          expect(offset).toBeGreaterThanOrEqual(0)
        }
      }
    }),
    { numRuns: 150 },
  )
}, 30_000)

/** Not an engine: it answers what a test wants to see handled. Real ones are tested where they live. */
function answering(answer: readonly CheckedColumn[] | { message: string; at?: SqlStretch }): SqlChecker {
  return {
    describe: async () => ('message' in answer ? { ok: false, ...answer } : { ok: true, columns: answer }),
    close: async () => {},
  }
}

test("an engine's complaint becomes a problem at the place that it points to", async () => {
  const checker = answering({ message: 'A text and a number cannot be added.', at: { start: 11, end: 15 } })
  expect(await mistakes('SELECT 1 + name FROM user', {}, checker)).toEqual([
    'OCG2060 "name" A text and a number cannot be added.',
  ])
})
