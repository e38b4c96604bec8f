/** A random number generator with a seed (mulberry32), so that a failure can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Pieces of text that have ended somebody's string before. */
const FRAGMENTS = [
  "'",
  "''",
  "'''",
  '"',
  '""',
  '`',
  '\\',
  "\\'",
  '\\\\',
  "\\''",
  '--',
  '-- ',
  '/*',
  '*/',
  '/**/',
  '#',
  ';',
  ';--',
  "' OR 1=1 --",
  "' OR ''='",
  "'; DROP TABLE track; --",
  "' UNION SELECT 1 --",
  "') OR (1=1",
  "')) --",
  '$args.other',
  '$args.name',
  "'$args.name'",
  '$join_table(t)',
  '$ {x}',
  '$$',
  '$1',
  '?',
  ':a',
  '@b',
  '%',
  '_',
  '%%',
  '\\u0027',
  '\\x27',
  "U&'\\0027'",
  "X'27'",
  "E'\\''",
  '&#39;',
  '%27',
  '\u2019',
  '\u02bc',
  '\uff07',
  '\u0301',
  '\u200b',
  '\u202e',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u00a0',
  '\ufeff',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\v',
  '\f',
  '\b',
  '\u001a',
  '\u0007',
  '\u{1f600}',
  '\u{10ffff}',
  '\u05d0',
  '\u0644',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  '=',
  '<',
  '>',
  '|',
  '||',
  '->',
  '0x',
  '1e9',
  'NULL',
  'true',
  'SELECT',
  ' ',
  '',
  'a',
  'é',
  '字',
]

/** What no engine takes: it must be refused, never bound. */
const REFUSED = ['\0', 'a\0b', "'\0", '\ud800', '\udc00', 'x\ud83d', '\ude00y']

export function hostileText(random: () => number): string {
  if (random() < 0.008) return pick(REFUSED, random)
  if (random() < 0.003) return pick(FRAGMENTS, random).repeat(2000)
  const length = Math.floor(random() * 6)
  let text = ''
  for (let index = 0; index <= length; index += 1) {
    text += random() < 0.8 ? pick(FRAGMENTS, random) : String.fromCodePoint(randomCharacter(random))
  }
  return text
}

const INTS = [0, 1, -1, -2147483648, 2147483647, -2147483647, 10, -10]
const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.1,
  -0.1,
  1e21,
  -1e21,
  1e-7,
  9.99e125,
  -9.99e125,
  1e-130,
  123456789.123,
  1 / 3,
  2 ** 53,
]

export function hostileInt(random: () => number): number {
  return random() < 0.6 ? pick(INTS, random) : Math.floor((random() - 0.5) * 2 ** 32)
}

export function hostileFloat(random: () => number): number {
  return random() < 0.6 ? pick(FLOATS, random) : (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20)
}

export function hostileTimestamp(random: () => number): number {
  return random() < 0.5
    ? pick([...INTS, 2 ** 53 - 1, -(2 ** 53 - 1)], random)
    : Math.floor((random() - 0.5) * 2 ** 50)
}

export function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item
}

function randomCharacter(random: () => number): number {
  const code = Math.floor(random() * (random() < 0.5 ? 0x80 : 0x3000))
  return code >= 0xd800 && code < 0xe000 ? 0x41 : code
}
