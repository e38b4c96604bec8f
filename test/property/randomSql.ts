import { ruleNames } from '../../src/adapters/embedded/dialect/functions/index.js'
import { hostileText, pick } from '../statements/hostileValues.js'

/** Kinds of values that the grammar knows, each with its columns of the tables `u` (user) and `p` (product). */
const COLUMNS = {
  text: ['u.id', 'u.name', 'p.id', 'p.title', 'u.year', 'u.address.city', 'element_at(u.tags, 1)'],
  int: ['u.age', 'u.clicks'],
  float: ['u.score', 'p.price'],
  bool: ['u.active'],
  date: ['u.born'],
  time: ['u.seenAt', 'u.createdAt', 'p.updatedAt'],
  list: ['u.tags', "split(u.name, ' ')"],
} as const

type Kind = keyof typeof COLUMNS
const KINDS = Object.keys(COLUMNS) as Kind[]

/** Calls by the kind of their value; a letter stands for an argument of the kind that begins with it. */
const CALLS: Readonly<Record<Kind, readonly string[]>> = {
  text: [
    'lower(T)',
    'substr(T, I, I)',
    'replace(T, T)',
    'T || T',
    'lpad(T, abs(I) % 50, T)',
    "regexp_replace(T, '[a-z]+', '-')",
    'CAST(I AS varchar)',
    'CAST(F AS varchar)',
    "date_format(M, '%Y-%m')",
    'json_format(CAST(L AS JSON))',
    "json_extract_scalar(T, '$.a')",
    'array_join(L, T)',
    'to_hex(md5(to_utf8(T)))',
    'reverse(T)',
    'nullif(T, T)',
    'concat(T, T, T)',
    'trim(BOTH T FROM T)',
  ],
  int: [
    'I + I',
    'I * I',
    'I / I',
    'I % I',
    '-I',
    'length(T)',
    'strpos(T, T)',
    'cardinality(L)',
    'CAST(T AS integer)',
    'TRY(CAST(T AS bigint))',
    'CAST(F AS bigint)',
    "date_diff('day', M, M)",
    'year(D)',
    'EXTRACT(hour FROM M)',
    'abs(I)',
    'bitwise_xor(I, I)',
    'mod(I, I)',
    'greatest(I, I)',
    'levenshtein_distance(T, T)',
    'reduce(L, 0, (s, x) -> s + length(x), s -> s)',
  ],
  float: [
    'F + I',
    'F / F',
    'sqrt(F)',
    'ln(F)',
    'round(F, 2)',
    'power(F, I)',
    'CAST(I AS double)',
    'try(F / 0)',
    'CAST(T AS double)',
    'I * 1.5E0',
    'nan()',
    'infinity()',
  ],
  bool: [
    'I < I',
    'T = T',
    'F >= F',
    'T LIKE T',
    "T LIKE 'a!%' ESCAPE '!'",
    'D <= D',
    'M BETWEEN M AND M',
    'B AND B',
    'B OR B',
    'NOT B',
    'T IS NULL',
    'T IN (T, T)',
    'contains(L, T)',
    'B IS DISTINCT FROM B',
    'any_match(L, x -> x = T)',
    "regexp_like(T, '^a|b$')",
    'T IN (SELECT title FROM product)',
    'EXISTS (SELECT 1 FROM likes WHERE userId = T)',
    'I > ALL (SELECT rating FROM likes)',
  ],
  date: [
    "date_add('month', I % 100, D)",
    'CAST(M AS date)',
    "D + interval '1' day",
    "date_trunc('week', D)",
    "date '2024-02-29'",
    'CAST(T AS date)',
  ],
  time: [
    "date_add('hour', I % 1000, M)",
    "date_trunc('month', M)",
    'CAST(D AS timestamp)',
    "M - interval '3' month",
    "timestamp '1969-12-31 23:59:59.999'",
    'from_unixtime(I)',
  ],
  list: [
    'ARRAY[T, T]',
    'array_distinct(L)',
    'array_sort(L)',
    'filter(L, x -> x <> T)',
    'transform(L, x -> x || T)',
    'L || L',
    'slice(L, 1, 2)',
    'reverse(L)',
    'flatten(ARRAY[L, L])',
  ],
}

const LETTERS: Readonly<Record<string, Kind>> = {
  T: 'text',
  I: 'int',
  F: 'float',
  B: 'bool',
  D: 'date',
  M: 'time',
  L: 'list',
}

const AGGREGATES = [
  'count(*)',
  'count(DISTINCT T)',
  'sum(I)',
  'avg(F)',
  'min(T)',
  'max(M)',
  'array_agg(T)',
  'bool_and(B)',
  'stddev(F)',
  'approx_distinct(T)',
  'min_by(T, I)',
  'sum(I) FILTER (WHERE B)',
  "listagg(T, ',') WITHIN GROUP (ORDER BY T)",
  'map_agg(u.id, I)',
  'histogram(T)',
  'arbitrary(L)',
]

const WINDOWS = [
  'row_number() OVER (ORDER BY T, I)',
  'rank() OVER (PARTITION BY T ORDER BY I DESC NULLS FIRST)',
  'sum(I) OVER (ORDER BY u.id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)',
  'lag(T, 1) OVER (ORDER BY u.id)',
  'first_value(F) OVER (PARTITION BY B ORDER BY T)',
  'ntile(3) OVER (ORDER BY u.id)',
]

const FROM = [
  '"user" u, product p',
  '"user" u JOIN product p ON B',
  '"user" u LEFT JOIN product p ON u.id = p.id',
  '"user" u FULL JOIN product p ON u.name = p.title',
  '"user" u CROSS JOIN product p CROSS JOIN UNNEST(u.tags) AS x(tag)',
  '(SELECT * FROM "user" WHERE age > 1) u CROSS JOIN product p',
  '"user" u JOIN LATERAL (SELECT * FROM product WHERE title <> u.name) p ON true',
]

/**
 * One statement by a grammar: most are typed right, some are wrong in their types, call any function with anything, or have
 * lost, doubled or swapped a token.
 */
export function randomStatement(random: () => number): string {
  const sql = query(random)
  return random() < 0.25 ? damaged(sql, random) : sql
}

function query(random: () => number): string {
  const some = () => fill(pick(FROM, random), 1, random)
  const where = random() < 0.6 ? ` WHERE ${value('bool', 3, random)}` : ''
  const limit = `${random() < 0.3 ? ' OFFSET 1' : ''} LIMIT ${Math.floor(random() * 50)}`
  const roll = random()
  if (roll < 0.3) {
    const group = pick(
      ['GROUP BY 1', 'GROUP BY ROLLUP (u.id)', 'GROUP BY GROUPING SETS ((u.id), ())', 'GROUP BY u.id'],
      random,
    )
    const having = random() < 0.3 ? ' HAVING count(*) > 0' : ''
    const calls = times(1 + random() * 3, () => fill(pick(AGGREGATES, random), 2, random))
    return `SELECT u.id AS k, ${calls.map((call, at) => `${call} AS a${at}`).join(', ')} FROM ${some()}${where} ${group}${having} ORDER BY 1${limit}`
  }
  const items = times(1 + random() * 4, (at) => {
    const one =
      random() < 0.15 ? fill(pick(WINDOWS, random), 2, random) : value(pick(KINDS, random), 3, random)
    return `${one} AS c${at}`
  })
  const distinct = random() < 0.1 ? 'DISTINCT ' : ''
  const plain = `SELECT ${distinct}${items.join(', ')} FROM ${some()}${where}`
  if (roll < 0.4) return `WITH q AS (${plain}) SELECT * FROM q ORDER BY 1${limit}`
  if (roll < 0.5)
    return `${plain} ${pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'], random)} ${plain} ORDER BY 1${limit}`
  if (roll < 0.55)
    return `SELECT c0, (SELECT count(*) FROM product z WHERE z.title = q.c0) FROM (${plain}) q${limit}`
  return `${plain}${random() < 0.5 ? ` ORDER BY ${pick(['1 DESC', 'c0 NULLS FIRST', value('text', 1, random)], random)}` : ''}${limit}`
}

function value(kind: Kind, depth: number, random: () => number): string {
  const roll = random()
  if (roll < 0.01) return anything(depth, random)
  if (depth === 0 || roll < 0.25) return random() < 0.5 ? pick(COLUMNS[kind], random) : literal(kind, random)
  if (roll < 0.32)
    return `CASE WHEN ${value('bool', depth - 1, random)} THEN ${value(kind, depth - 1, random)} END`
  if (roll < 0.37) return `coalesce(${value(kind, depth - 1, random)}, ${value(kind, depth - 1, random)})`
  if (roll < 0.39) return `(SELECT max(${value(kind, 0, random)}) FROM "user" u CROSS JOIN product p)`
  return `(${fill(pick(CALLS[kind], random), depth - 1, random)})`
}

/** Any function, any number of arguments of any kinds. */
function anything(depth: number, random: () => number): string {
  const args = times(random() * 4, () => value(pick(KINDS, random), Math.max(0, depth - 1), random))
  return `${pick(NAMES, random)}(${args.join(', ')})`
}

const NAMES = [
  ...ruleNames(),
  'read_csv',
  'getenv',
  'current_setting',
  'query',
  'pg_sleep',
  'version',
  'no_such',
]

function fill(template: string, depth: number, random: () => number): string {
  return template.replace(/\b[TIFBDML]\b/g, (letter) => value(LETTERS[letter] as Kind, depth, random))
}

function literal(kind: Kind, random: () => number): string {
  switch (kind) {
    case 'text':
      return `'${hostileText(random).slice(0, 40).replaceAll("'", "''")}'`
    case 'int':
      return pick(['0', '1', '-1', '7', '2147483647', '9223372036854775807', 'NULL', '1000'], random)
    case 'float':
      return pick(['0E0', '-0E0', '1.5E0', '1E308', '1E-300', '2.5'], random)
    case 'bool':
      return pick(['true', 'false', 'NULL'], random)
    case 'date':
      return pick(["date '2024-02-29'", "date '0001-01-01'", 'current_date'], random)
    case 'time':
      return pick(["timestamp '2024-02-29 01:02:03.456'", "timestamp '9999-12-31 23:59:59'"], random)
    case 'list':
      return pick(["ARRAY['a', NULL]", 'CAST(ARRAY[] AS array(varchar))', "ARRAY['']"], random)
  }
}

function damaged(sql: string, random: () => number): string {
  const tokens = sql.split(/(\s+|[(),.'"=<>|[\]])/)
  for (let count = 0; count < 1 + random() * 3; count++) {
    const at = Math.floor(random() * tokens.length)
    const other = tokens[Math.floor(random() * tokens.length)] as string
    const changes = [[], [tokens[at] as string, other], [other], [pick(STRAY, random)]]
    tokens.splice(at, 1, ...pick(changes, random))
  }
  return tokens.join('')
}

const STRAY = [
  ';',
  '--',
  '/*',
  "'",
  '"',
  '((((',
  '))',
  '::',
  '->',
  '$1',
  '?',
  '\0',
  'FROM',
  'SELECT',
  'information_schema.tables',
  'user',
  'NULL',
  '*',
  'OVER ()',
  '\ud800',
  '𝄞',
  '1e',
  '0x1F',
  "X'0'",
  "U&'\\+000041'",
]

function times(count: number, make: (at: number) => string): string[] {
  return Array.from({ length: Math.floor(count) }, (_, at) => make(at))
}
