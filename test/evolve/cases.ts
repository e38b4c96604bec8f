import type { Json, JsonObject } from '../../src/model/json.js'

/** A change of a schema with rows that were stored before it. Each case has names of its own: all can be made at once. */
export interface EvolutionCase {
  readonly name: string
  readonly before: string
  readonly after: string
  /** Fields of `Mutation`, before and after. */
  readonly mutations?: readonly [string, string]
  /** Rows by table, entities before join tables. */
  readonly rows: Readonly<Record<string, readonly JsonObject[]>>
  /** What the embedded host and `ocg validate --data` say; absent: the change is made, and `answers` hold. */
  readonly refused?: readonly RegExp[]
  /** SQL over the new tables, with the values of its rows, and columns of the published files with their types. */
  readonly answers?: readonly {
    readonly sql: string
    readonly rows: readonly (readonly Json[])[]
    /** `table.column`: DuckDB's type. */
    readonly published?: Readonly<Record<string, string>>
  }[]
  /** Sentences of `ocg diff`, for layout `rows`: `risky` is read by `ocg deploy` before anything is done. */
  readonly diff: { readonly risky?: readonly RegExp[]; readonly safe?: readonly RegExp[] }
}

const T = '2026-01-02T03:04:05.006Z'
const row = (id: string, fields: JsonObject = {}): JsonObject => ({ id, createdAt: T, ...fields })

/** A field of type `from` holding `values` becomes one of type `to`. */
function retype(
  name: string,
  [from, to]: readonly [string, string],
  values: readonly Json[],
  expected: Pick<EvolutionCase, 'refused' | 'diff'> & {
    readonly sql?: readonly Json[]
    readonly published?: string
    readonly also?: string
  },
): EvolutionCase {
  const type = name.replace(/\W/g, '')
  const table = type.toLowerCase()
  const { sql, published, also = '', ...rest } = expected
  const sdl = (of: string) => `type ${type} { id: ID! field: ${of} } ${also.replaceAll('$', type)}`
  return {
    name: `${name}: ${from} -> ${to}`,
    before: sdl(from.replaceAll('$', type)),
    after: sdl(to.replaceAll('$', type)),
    rows: {
      [table]: values.map((value, index) => row(String(index), value === null ? {} : { field: value })),
    },
    ...(sql && {
      answers: [
        {
          sql: `SELECT field FROM ${table} ORDER BY id`,
          rows: sql.map((value) => [value]),
          ...(published && { published: { [`${table}.field`]: published } }),
        },
      ],
    }),
    ...rest,
  }
}

const FITS = /changes its type from \w+ to \w+\. Every stored value fits\./
const MUST_FIT = /changes its type from \w+ to \w+\. Stored values must fit\./
const OBJECTS = /The lake's objects of \w+ keep the former types/

/** Number changes that lose nothing, those that may, texts, lists, and everything but the type of a field. */
export const CASES: readonly EvolutionCase[] = [
  retype('IntToFloat', ['Int', 'Float'], [1, -2, null], {
    sql: [1, -2, null],
    published: 'DOUBLE',
    diff: { safe: [FITS], risky: [OBJECTS] },
  }),
  retype('IntToTimestamp', ['Int', 'AWSTimestamp'], [2_147_483_647], {
    sql: [2_147_483_647],
    published: 'BIGINT',
    diff: { safe: [FITS], risky: [OBJECTS] },
  }),
  retype('TimestampToFloat', ['AWSTimestamp', 'Float'], [9_007_199_254_740_991], {
    sql: [9_007_199_254_740_991],
    published: 'DOUBLE',
    diff: { safe: [FITS], risky: [OBJECTS] },
  }),
  retype('TimestampToInt', ['AWSTimestamp', 'Int'], [5, 3_000_000_000], {
    refused: [
      /TimestampToInt\.field contradicts a stored row\. TimestampToInt 1: field is not a valid Int.*3000000000.*Keep the former type/,
    ],
    diff: { risky: [MUST_FIT, OBJECTS] },
  }),
  retype('WholeFloatToInt', ['Float', 'Int'], [1, 2], {
    sql: [1, 2],
    published: 'INTEGER',
    diff: { risky: [MUST_FIT, OBJECTS] },
  }),
  retype('FloatToInt', ['Float', 'Int'], [1, 2.5, 3.5], {
    refused: [/FloatToInt\.field contradicts 2 stored rows\. FloatToInt 1: field is not a valid Int/],
    diff: { risky: [MUST_FIT] },
  }),
  retype('IntToString', ['Int', 'String'], [1], {
    refused: [/IntToString\.field contradicts a stored row/],
    diff: { risky: [MUST_FIT] },
  }),
  retype('IntToId', ['Int', 'ID'], [1], {
    refused: [/IntToId 0: field is not a valid ID: it is stored as 1/],
    diff: { risky: [MUST_FIT] },
  }),
  retype('BooleanToInt', ['Boolean', 'Int'], [true], {
    refused: [/BooleanToInt 0: field is not a valid Int/],
    diff: { risky: [MUST_FIT] },
  }),
  retype('IdToString', ['ID', 'String'], ['a'], { sql: ['a'], published: 'VARCHAR', diff: {} }),
  retype('StringToId', ['String', 'ID'], ['a'], { sql: ['a'], diff: {} }),
  retype('EmailToString', ['AWSEmail', 'String'], ['a@example.com'], { sql: ['a@example.com'], diff: {} }),
  retype('StringToEmail', ['String', 'AWSEmail'], ['a@example.com', 'nobody'], {
    refused: [/StringToEmail 1: field is not a valid AWSEmail/],
    diff: {
      risky: [/StringToEmail\.field changes its type from String to AWSEmail\. Stored values must fit\./],
    },
  }),
  retype('DateToString', ['AWSDate', 'String'], ['2026-01-02'], {
    sql: ['2026-01-02'],
    published: 'VARCHAR',
    diff: { risky: [MUST_FIT, OBJECTS] },
  }),
  retype('StringToDate', ['String', 'AWSDate'], ['2026-01-02', '2026-02-30'], {
    refused: [/StringToDate 1: field is not a valid AWSDate/],
    diff: { risky: [MUST_FIT] },
  }),
  retype('StringToEnum', ['String', '$Mood'], ['GOOD', 'BAD'], {
    also: 'enum $Mood { GOOD }',
    refused: [/StringToEnum 1: field is "BAD": expected one of GOOD/],
    diff: { risky: [/StringToEnum\.field changes its type from String to StringToEnumMood/] },
  }),
  retype('EnumRenamed', ['$Old', '$New'], ['GOOD'], {
    also: 'enum $Old { GOOD BAD } enum $New { BAD GOOD MORE }',
    sql: ['GOOD'],
    diff: {},
  }),
  retype('ScalarToList', ['String', '[String]'], ['a'], {
    refused: [/ScalarToList 0: field is "a": expected a list/],
    diff: { risky: [/from string to array<string>\. Stored values must fit/] },
  }),
  retype('ListToScalar', ['[Int]', 'Int'], [[1]], {
    refused: [/ListToScalar 0: field is not a valid Int/],
    diff: { risky: [/from array<int> to int\. Stored values must fit/] },
  }),
  retype('WiderList', ['[Int]', '[Float]'], [[1, null]], {
    sql: [[1, null]],
    published: 'DOUBLE[]',
    diff: { safe: [/from array<int> to array<double>\. Every stored value fits/], risky: [OBJECTS] },
  }),
  retype('ListItemsRequired', ['[Int]', '[Int!]'], [[1], [2, null]], {
    refused: [
      /ListItemsRequired\.field contradicts a stored row\. ListItemsRequired 1: field\[1\] is missing/,
    ],
    diff: {},
  }),
  retype('MadeRequired', ['Int', 'Int!'], [1, null, null], {
    refused: [/MadeRequired\.field contradicts 2 stored rows\. .*Leave the field optional/],
    diff: { risky: [/MadeRequired\.field becomes required/] },
  }),
  retype('RequiredAndThere', ['Int', 'Int!'], [1], {
    sql: [1],
    diff: { risky: [/RequiredAndThere\.field becomes required/] },
  }),
  retype('MadeOptional', ['Int!', 'Int'], [1], { sql: [1], diff: {} }),
  {
    name: 'a field is added',
    before: 'type Adding { id: ID! old: Int }',
    after: 'type Adding { id: ID! old: Int fresh: Float }',
    rows: { adding: [row('a', { old: 1 })] },
    answers: [
      {
        sql: 'SELECT old, fresh FROM adding',
        rows: [[1, null]],
        published: { 'adding.fresh': 'DOUBLE', 'adding.old': 'INTEGER' },
      },
    ],
    diff: { safe: [/adding\.fresh is new\. It is null in stored rows/] },
  },
  {
    name: 'a required field is added',
    before: 'type Requiring { id: ID! }',
    after: 'type Requiring { id: ID! fresh: Int! }',
    rows: { requiring: [row('a'), row('b')] },
    refused: [/Requiring\.fresh contradicts 2 stored rows\. Requiring a: fresh is missing, but required/],
    diff: { risky: [/Requiring\.fresh is new and required/] },
  },
  {
    name: 'a field is removed, and its values come back with it',
    before: 'type Removing { id: ID! kept: Int gone: String }',
    after: 'type Removing { id: ID! kept: Int }',
    rows: { removing: [row('a', { kept: 1, gone: 'x' })] },
    answers: [{ sql: 'SELECT id, kept, year FROM removing', rows: [['a', 1, '2026']] }],
    diff: { safe: [/removing\.gone leaves the model\. Stored values stay in the table/] },
  },
  {
    name: 'a field of a value type is added and another removed',
    before: 'type Holder { id: ID! part: HolderPart } type HolderPart { a: Int b: String }',
    after: 'type Holder { id: ID! part: HolderPart } type HolderPart { a: Float c: Int }',
    rows: { holder: [row('a', { part: { a: 1, b: 'x' } })] },
    answers: [
      {
        sql: 'SELECT part.a, part.c FROM holder',
        rows: [[1, null]],
        published: { 'holder.part': 'STRUCT(a DOUBLE, c INTEGER)' },
      },
    ],
    diff: { safe: [/holder\.part changes its type .* Every stored value fits/], risky: [OBJECTS] },
  },
  {
    name: 'a value type is renamed',
    before: 'type Wrapper { id: ID! part: WrapperOld } type WrapperOld { a: Int }',
    after: 'type Wrapper { id: ID! part: WrapperNew } type WrapperNew { a: Int }',
    rows: { wrapper: [row('a', { part: { a: 1 } })] },
    answers: [{ sql: 'SELECT part.a FROM wrapper', rows: [[1]] }],
    diff: {},
  },
  {
    name: 'an enum loses a value that is stored, and one that is not',
    before: 'enum Weather { SUN RAIN SNOW } type Forecast { id: ID! weather: Weather all: [Weather] }',
    after: 'enum Weather { SUN } type Forecast { id: ID! weather: Weather all: [Weather] }',
    rows: { forecast: [row('a', { weather: 'SUN', all: ['SUN', 'RAIN'] })] },
    refused: [/Forecast\.all contradicts a stored row\. Forecast a: all\[1\] is "RAIN": expected one of SUN/],
    diff: { risky: [/Weather loses the value RAIN/, /Weather loses the value SNOW/] },
  },
  {
    name: 'a type is renamed',
    before: 'type Tune { id: ID! title: String }',
    after: 'type Melody { id: ID! title: String }',
    rows: { tune: [row('a', { title: 'x' }), row('b')] },
    refused: [
      /The table tune seems to be called Melody now, and 2 rows of tune are stored: .* ocg export --out backup, rename backup\/tune\.jsonl to melody\.jsonl, and ocg import/,
    ],
    diff: { risky: [/The table tune leaves the model, and melody has its columns/] },
  },
  {
    name: 'a type without rows is renamed',
    before: 'type Empty { id: ID! a: Int }',
    after: 'type Vacant { id: ID! a: Int }',
    rows: {},
    answers: [{ sql: 'SELECT count(*) FROM vacant', rows: [[0]] }],
    diff: { risky: [/The table empty leaves the model, and vacant has its columns/] },
  },
  {
    name: 'a type is removed with rows',
    before: 'type Obsolete { id: ID! a: Int }',
    after: '',
    rows: { obsolete: [row('a')] },
    refused: [
      /The table obsolete is no longer in the schema, and a row of it are stored\. Put it back, or delete its rows/,
    ],
    diff: { risky: [/The table obsolete leaves the model\. Its stored rows must be deleted first/] },
  },
  {
    name: 'a type is spelled otherwise',
    before: 'type Spelled { id: ID! a: Int }',
    after: 'type SPELLED { id: ID! a: Int }',
    rows: { spelled: [row('a', { a: 1 })] },
    answers: [{ sql: 'SELECT a FROM spelled', rows: [[1]] }],
    diff: {},
  },
  {
    name: 'a join table gets a plain column, and loses one',
    before: 'type Reader { id: ID! } type Book { id: ID! }',
    after: 'type Reader { id: ID! } type Book { id: ID! }',
    mutations: [
      inserting('reading', { readerId: 'Reader', bookId: 'Book', pages: 'Int' }),
      inserting('reading', { readerId: 'Reader', bookId: 'Book', stars: 'Int' }),
    ],
    rows: { reader: [row('r')], book: [row('b')], reading: [{ readerId: 'r', bookId: 'b', pages: 5 }] },
    answers: [{ sql: 'SELECT readerId, stars FROM reading', rows: [['r', null]] }],
    diff: { safe: [/reading\.pages leaves the model/, /reading\.stars is new/] },
  },
  {
    name: 'a join table loses a column that names an entity',
    before: 'type Actor { id: ID! } type Film { id: ID! } type Studio { id: ID! }',
    after: 'type Actor { id: ID! } type Film { id: ID! } type Studio { id: ID! }',
    mutations: [
      inserting('role', { actorId: 'Actor', filmId: 'Film', studioId: 'Studio' }),
      inserting('role', { actorId: 'Actor', filmId: 'Film' }),
    ],
    rows: {
      actor: [row('a')],
      film: [row('f')],
      studio: [row('s')],
      role: [{ actorId: 'a', filmId: 'f', studioId: 's' }],
    },
    refused: [
      /role contradicts a stored row\. Relation \w+: it relates actor a and film f and studio s.*put them back/,
    ],
    diff: { risky: [/role\.studioid leaves the join table\. If it names an entity/] },
  },
  {
    name: 'a join table is renamed',
    before: 'type Cook { id: ID! } type Dish { id: ID! }',
    after: 'type Cook { id: ID! } type Dish { id: ID! }',
    mutations: [
      inserting('cooked', { cookId: 'Cook', dishId: 'Dish' }),
      inserting('made_by', { cookId: 'Cook', dishId: 'Dish' }),
    ],
    rows: { cook: [row('c')], dish: [row('d')], cooked: [{ cookId: 'c', dishId: 'd' }] },
    refused: [/The table cooked seems to be called made_by now, and a row of cooked are stored/],
    diff: { risky: [/The table cooked leaves the model, and made_by has its columns/] },
  },
  {
    name: 'a type with relations is renamed',
    before: 'type Singer { id: ID! } type Song { id: ID! }',
    after: 'type Vocalist { id: ID! } type Song { id: ID! }',
    mutations: [
      inserting('sings', { singerId: 'Singer', songId: 'Song' }),
      inserting('sings', { singerId: 'Vocalist', songId: 'Song' }),
    ],
    rows: { singer: [row('s')], song: [row('t')], sings: [{ singerId: 's', songId: 't' }] },
    refused: [/sings contradicts a stored row/, /The table singer seems to be called Vocalist now/],
    diff: { risky: [/The table singer leaves the model, and vocalist has its columns/] },
  },
  {
    name: 'a join table becomes a type',
    before: 'type Left { id: ID! } type Right { id: ID! }',
    after: 'type Left { id: ID! } type Right { id: ID! } type Linked { id: ID! }',
    mutations: [inserting('linked', { leftId: 'Left', rightId: 'Right' }), ''],
    rows: { left: [row('l')], right: [row('r')], linked: [{ leftId: 'l', rightId: 'r' }] },
    refused: [/The table linked is no longer in the schema, and a row of it are stored/],
    diff: { risky: [/The table linked was a join table and becomes a type/] },
  },
]

/** An INSERT that declares a join table. */
function inserting(table: string, columns: Readonly<Record<string, string>>): string {
  const args = Object.entries(columns).map(([name, type]) => `${name}: ${type === 'Int' ? 'Int' : 'ID!'}`)
  const declared = Object.entries(columns).map(([name, type]) => `${name}:${type}`)
  const values = Object.keys(columns).map((name) => `$args.${name}`)
  return (
    `insert_${table}(${args.join(', ')}): Boolean! @sql_query(query: ` +
    `"INSERT INTO $join_table(${table}) (${declared.join(', ')}) VALUES (${values.join(', ')})")`
  )
}
