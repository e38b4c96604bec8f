import type { DiagnosticDoc } from './diagnosticDoc.js'

/** Schema text with statements in it: fields and their SQL in turn. */
function statements(type: 'Query' | 'Mutation', fields: readonly string[]): string {
  const lines: string[] = []
  for (let index = 0; index < fields.length; index += 2) {
    lines.push(`  ${fields[index]}`, `    @sql_query(query: """`, `      ${fields[index + 1]}`, `    """)`)
  }
  return `type ${type} {\n${lines.join('\n')}\n}`
}

const query = (...fields: readonly string[]) => statements('Query', fields)
const mutation = (...fields: readonly string[]) => statements('Mutation', fields)

/** Codes of mistakes in statements: OCG2001 to OCG2999. */
export const STATEMENT_CODES = {
  OCG2001: {
    title: 'Text or name without an end',
    explanation:
      'A text in single quotes or a name in double quotes is opened and not closed, so the rest of the statement belongs to it.',
    example: query('find: [Row!]!', "SELECT name FROM track WHERE name = 'it''s"),
    fix: "Close it. Inside a text, a single quote is written twice: `'it''s'`.",
  },
  OCG2002: {
    title: 'Comment without an end',
    explanation: 'A comment begins with `/*` and there is no `*/` behind it.',
    example: query('find: [Row!]!', 'SELECT name FROM track /* all of them'),
    fix: 'Close the comment with `*/`.',
  },
  OCG2003: {
    title: 'Not Trino SQL',
    explanation:
      "The character or word has no meaning in Trino's SQL, which is the dialect of statements on every host.",
    example: query('find: [Row!]!', 'SELECT `name` FROM track'),
    fix: 'Names with special characters are quoted with double quotes, texts with single quotes.',
  },
  OCG2004: {
    title: 'Argument where no value can stand',
    explanation:
      "An argument becomes a literal. In a comment, in a quoted name and in literals with escapes of their own (`U&'…'`, `X'…'`) there is no place for one.",
    example: query('find(limit: Int!): [Row!]!', 'SELECT name FROM track -- up to $args.limit'),
    fix: 'Move the argument to where its value belongs, or remove it.',
  },
  OCG2005: {
    title: 'Unknown placeholder',
    explanation:
      'Statements have two placeholders: `$args.name`, the value of an argument, and `$join_table(name)`, a join table.',
    example: query('find(id: ID!): [Row!]!', 'SELECT name FROM track WHERE id = $id'),
    fix: 'Write `$args.` before the name of the argument.',
  },
  OCG2006: {
    title: '$join_table without a name',
    explanation:
      '`$join_table` is followed by the name of the table in parentheses; the name has letters, digits and underscores.',
    example: mutation('forget: Boolean', 'DELETE pt FROM $join_table pt WHERE true'),
    fix: 'Write `$join_table(playlist_track)`.',
  },
  OCG2010: {
    title: 'Unknown argument',
    explanation: 'The statement uses an argument that its field does not declare.',
    example: query('find(genre: String!): [Row!]!', 'SELECT name FROM track WHERE genre = $args.gnere'),
    fix: 'Correct the name, or declare the argument on the field.',
  },
  OCG2011: {
    title: 'Argument not used',
    explanation:
      'The field declares an argument that its statement never uses. This is a warning: the API takes the value and does nothing with it.',
    example: query('find(genre: String!): [Row!]!', 'SELECT name FROM track'),
    fix: 'Use the argument as `$args.genre`, or remove it.',
  },
  OCG2012: {
    title: 'Argument does not fit its place',
    explanation:
      'The type of the argument has no literal that could stand there: a list inside a text, something else than an Int as a number of rows, a list that shares its parentheses after IN, or a value after INTERVAL without quotes.',
    example: query('find(genre: String!): [Row!]!', 'SELECT name FROM track LIMIT $args.genre'),
    fix: 'Change the type of the argument or the statement, as the hint says.',
  },
  OCG2020: {
    title: 'Empty statement',
    explanation: 'The query of `@sql_query` holds no SQL.',
    example: query('find: [Row!]!', ''),
    fix: 'Write a statement.',
  },
  OCG2021: {
    title: 'Several statements',
    explanation: 'A field has one statement.',
    example: query('find: [Row!]!', 'SELECT 1; SELECT 2'),
    fix: 'Keep one, and give the others fields of their own.',
  },
  OCG2022: {
    title: 'Kind of statement not supported',
    explanation:
      'A statement is a SELECT (with or without WITH), an INSERT into a join table or a DELETE from one. Entities are changed through the generated mutations; the structure of the data comes from the schema.',
    example: mutation('change: Boolean', "UPDATE track SET name = 'x'"),
    fix: 'Use the generated mutations to change entities.',
  },
  OCG2023: {
    title: 'Statement in the wrong place',
    explanation: 'A field of Query holds a SELECT, a field of Mutation an INSERT or a DELETE.',
    example: query(
      'like(trackId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (trackId:Track) VALUES ($args.trackId)',
    ),
    fix: 'Move the field to the other type.',
  },
  OCG2024: {
    title: 'Statement with another type',
    explanation:
      'The field of an INSERT has the type `Boolean!`, the field of a DELETE has the type `Boolean`.',
    example: mutation(
      'like(trackId: ID!): String',
      'INSERT INTO $join_table(likes) (trackId:Track) VALUES ($args.trackId)',
    ),
    fix: 'Change the type of the field.',
  },
  OCG2025: {
    title: 'Mode on a mutation',
    explanation:
      'An INSERT always answers directly and a DELETE is always a task, so `mode` is for fields of Query.',
    example: mutation(
      'like(trackId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (trackId:Track) VALUES ($args.trackId)',
    ).replace('(query', '(mode: SYNC, query'),
    fix: 'Remove `mode`.',
  },
  OCG2026: {
    title: 'Statement too long',
    explanation: 'Athena takes at most 262,144 bytes, and the values of the arguments need room too.',
    fix: 'Shorten the statement.',
  },
  OCG2030: {
    title: 'INSERT not understood',
    explanation:
      'An INSERT has one form: `INSERT INTO $join_table(t) (userId:User, rating:Int) VALUES ($args.userId, $args.rating)`. Each column has a type, each value is an argument or a constant, and there is one row.',
    example: mutation(
      'like(userId: ID!, trackId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (userId, trackId) VALUES ($args.userId, $args.trackId)',
    ),
    fix: 'Correct the statement at the marked place.',
  },
  OCG2031: {
    title: 'Unknown type of a column',
    explanation: "The type of a join table's column is an entity, a scalar or an enum of the schema.",
    example: mutation(
      'like(userId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (userId:Usr) VALUES ($args.userId)',
    ),
    fix: 'Correct the name of the type.',
  },
  OCG2032: {
    title: 'Column name not usable',
    explanation:
      "Columns of a join table differ in more than capitals, and some names are the system's: relationId, s3Key, createdAt, updatedAt, _rev, _incarnation, PK, SK, entityType, joinTableName and relatedEntities. Nor may one called expiresAt be a number (Int, Float, AWSTimestamp): on AWS, DynamoDB would remove the relation once that time has come.",
    example: mutation(
      'like(userId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (createdAt:User) VALUES ($args.userId)',
    ),
    fix: 'Choose another name.',
  },
  OCG2033: {
    title: 'Number of entity columns',
    explanation:
      'A relation connects entities: 1 to 49 of its columns name one. More would not fit the one transaction that makes a relation.',
    example: mutation(
      'like(rating: Int): Boolean!',
      'INSERT INTO $join_table(likes) (rating:Int) VALUES ($args.rating)',
    ),
    fix: 'Give a column the type of an entity: `userId:User`.',
  },
  OCG2034: {
    title: 'Number of values',
    explanation: 'An INSERT has one value for each column, in the same order.',
    example: mutation(
      'like(userId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (userId:User, trackId:Track) VALUES ($args.userId)',
    ),
    fix: 'Add or remove a value.',
  },
  OCG2035: {
    title: 'Value does not fit its column',
    explanation:
      "The value that an INSERT gives to a column is not of the column's type, or may be null where null cannot be. Columns of entities take an argument of type `ID!` or `String!`, or a text.",
    example: mutation(
      'like(rating: Int): Boolean!',
      'INSERT INTO $join_table(likes) (userId:User) VALUES ($args.rating)',
    ),
    fix: 'Change the type of the argument or of the column.',
  },
  OCG2036: {
    title: 'Join table with differing columns',
    explanation:
      'Every INSERT into a join table names the same columns with the same types; their order is free.',
    example: mutation(
      'like(userId: ID!, trackId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (userId:User, trackId:Track) VALUES ($args.userId, $args.trackId)',
      'likeAll(userId: ID!): Boolean!',
      'INSERT INTO $join_table(likes) (userId:User) VALUES ($args.userId)',
    ),
    fix: 'Name the same columns everywhere, or use another table.',
  },
  OCG2040: {
    title: 'DELETE not understood',
    explanation:
      'A DELETE has one form: `DELETE a FROM $join_table(t) a JOIN … WHERE …`. The alias may be left out.',
    example: mutation('forget: Boolean', "DELETE WHERE trackId = '1'"),
    fix: 'Correct the statement at the marked place.',
  },
  OCG2041: {
    title: 'DELETE from something else than a join table',
    explanation:
      'Only rows of join tables can be deleted by a statement, and the table is written as `$join_table(t)`. An entity is deleted with its generated mutation, which also removes its relations.',
    example: mutation('forget(id: ID!): Boolean', 'DELETE FROM track WHERE id = $args.id'),
    fix: 'Write `$join_table(t)`, or use the mutation `deleteTrack`.',
  },
  OCG2042: {
    title: 'DELETE of another table',
    explanation: 'The name after DELETE is the name or alias of the join table after FROM.',
    example: mutation(
      'forget: Boolean',
      'DELETE t FROM $join_table(likes) l JOIN track t ON t.id = l.trackId WHERE true',
    ),
    fix: 'Write the alias of the join table after DELETE.',
  },
  OCG2043: {
    title: 'DELETE without WHERE',
    explanation:
      'Without WHERE every relation of the table would go. That is rarely meant, so it has to be written.',
    example: mutation('forget: Boolean', 'DELETE FROM $join_table(likes)'),
    fix: 'Add a WHERE. `WHERE true` deletes all.',
  },
  OCG2044: {
    title: 'Clause not allowed in a DELETE',
    explanation: 'A DELETE has FROM, joins and WHERE, and nothing behind them.',
    example: mutation('forget: Boolean', 'DELETE l FROM $join_table(likes) l WHERE true LIMIT 5'),
    fix: 'Put the condition into WHERE, with a subquery if needed.',
  },
  OCG2050: {
    title: 'Syntax error in a statement',
    explanation: 'The statement is not valid SQL at this place.',
    example: query('find: [Row!]!', 'SELECT name FROM track WHERE ORDER BY name'),
    fix: "Correct the statement. The dialect is Trino's, as Athena has it.",
  },
  OCG2051: {
    title: 'Unknown table',
    explanation:
      'A statement reads the entities and join tables of the schema, under their names in lower case, and its own WITH queries. Nothing else exists for it.',
    example: query('find: [Row!]!', 'SELECT name FROM trakc'),
    fix: 'Correct the name. `OrderItem` is the table `orderitem`.',
  },
  OCG2052: {
    title: 'Unknown column',
    explanation:
      'None of the tables in scope has a column of this name. Columns are the fields of the type, `createdAt`, `updatedAt`, `year`, `month` and `day`; names are compared without regard to case. An alias of the SELECT list can be used in ORDER BY only.',
    example: query('find: [Row!]!', 'SELECT nmae FROM track'),
    fix: 'Correct the name.',
  },
  OCG2053: {
    title: 'Ambiguous column',
    explanation: 'Several tables in scope have a column of this name.',
    example: query('find: [Row!]!', 'SELECT id FROM track t JOIN album a ON a.id = t.albumId'),
    fix: "Write the table's name or alias before the column: `t.id`.",
  },
  OCG2054: {
    title: 'Unknown function',
    explanation:
      'Statements may use the functions that give the same answer on every host; `docs/sql-dialect.md` lists them. A name after which parentheses follow is read as a function.',
    example: query('find: [Row!]!', 'SELECT uper(name) FROM track'),
    fix: 'Correct the name, or use another function.',
  },
  OCG2055: {
    title: 'Not supported in statements',
    explanation:
      "This part of SQL does not exist in Trino, or would let a statement reach something else than the project's tables.",
    example: query('find: [Row!]!', 'SELECT name INTO copy FROM track'),
    fix: 'Write the statement without it.',
  },
  OCG2056: {
    title: 'Reserved word as a name',
    explanation: 'Trino reserves this word. As the name of a table, column or alias it needs double quotes.',
    example: query('find: [Row!]!', 'SELECT * FROM order'),
    fix: 'Write `"order"`.',
  },
  OCG2057: {
    title: 'Unknown join table',
    explanation: 'A join table exists when an INSERT of the schema declares it.',
    example: query('find: [Row!]!', 'SELECT * FROM $join_table(likse)'),
    fix: 'Correct the name, or add a mutation with an INSERT for it.',
  },
  OCG2060: {
    title: 'Statement refused',
    explanation:
      'The SQL engine that checks statements cannot run this one: a type that does not fit an operator, an argument that a function does not take, a column that is not grouped.',
    example: query('find: [Row!]!', 'SELECT name, count(*) FROM track'),
    fix: 'Correct what the message names.',
  },
  OCG2061: {
    title: 'Result column missing',
    explanation:
      "Every field of the response type is filled from the result's column of its name, without regard to case; a nullable field too.",
    example: query('find: [Row!]!', 'SELECT name AS title FROM track'),
    fix: 'Name the column: `name AS title`.',
  },
  OCG2062: {
    title: 'Result column of another type',
    explanation: "The type of the result's column has values that the declared type does not hold.",
    example: query('find: [Int!]!', 'SELECT name FROM track'),
    fix: 'Convert the column with CAST, or change the declared type.',
  },
  OCG2063: {
    title: 'Result column twice',
    explanation:
      'Two columns of the result have the name of one field, so it is not clear which one is meant.',
    example: query('find: [Row!]!', 'SELECT t.name, u.name FROM track t, user u'),
    fix: 'Give one of them another name with AS.',
  },
  OCG2064: {
    title: 'Result may be null',
    explanation:
      'A column of the result may be null, and the field that it fills never is: with the first such row the statement fails. This is a warning, since the data may have no such row. A column that a condition names is left alone.',
    example: query('find: [Row!]!', 'SELECT nickname AS name FROM user'),
    fix: 'Keep nulls out with `WHERE nickname IS NOT NULL`, replace them with `coalesce(nickname, name)`, or make the field nullable.',
  },
  OCG2070: {
    title: 'Tables that nothing connects',
    explanation:
      'No condition connects two tables of a FROM, so each row of the one meets each row of the other: of two tables with 100,000 rows each, that are 10 billion. This is a warning. Subqueries, and a table of which `id = …` takes one row, do not count.',
    example: query('find: [Row!]!', 'SELECT t.name FROM track t, album a'),
    fix: 'Connect them: `FROM track t JOIN album a ON a.id = t.albumId`.',
  },
  OCG2071: {
    title: 'Star that reads too much',
    explanation:
      'The response takes a third or less of the columns that `*` reads. The lake is stored by columns, and Athena bills what is read. This is a warning; year, month and day do not count.',
    example: query('find: [Row!]!', 'SELECT * FROM track'),
    fix: 'Name the columns that are needed: `SELECT name FROM track`.',
  },
  OCG2072: {
    title: 'Every day of a large table',
    explanation:
      'The configuration marks the table as `large`, and a SELECT reads it without a condition on its `year`, `month` or `day`: Athena then reads, and bills, everything that was ever stored. The condition belongs into the WHERE or ON of the same SELECT. This is a warning.',
    fix: "Say which days are read: `WHERE year = '2026' AND month = '11'`.",
  },
} as const satisfies Record<string, DiagnosticDoc>

export type StatementCode = keyof typeof STATEMENT_CODES
