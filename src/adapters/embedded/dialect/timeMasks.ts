/**
 * Masks of times. A mask becomes a list of pieces, and each piece its counterpart in DuckDB's strftime and strptime;
 * undefined comes back for a mask with a piece that has none.
 */

/** MySQL's specifiers, as date_format and date_parse take them, after Trino's documentation. */
const MYSQL: Readonly<Record<string, string>> = {
  a: '%a',
  b: '%b',
  c: '%-m',
  d: '%d',
  e: '%-d',
  f: '%f',
  H: '%H',
  h: '%I',
  I: '%I',
  i: '%M',
  j: '%j',
  k: '%-H',
  l: '%-I',
  M: '%B',
  m: '%m',
  p: '%p',
  r: '%I:%M:%S %p',
  S: '%S',
  s: '%S',
  T: '%H:%M:%S',
  v: '%V',
  W: '%A',
  x: '%G',
  Y: '%Y',
  y: '%y',
  '%': '%%',
}

/** What strptime reads: it takes one digit or two by itself. */
const MYSQL_PARSE = 'abcdefHhIiklMmprSsTYy%'

export function mysqlMask(mask: string, parsing: boolean): string | undefined {
  let result = ''
  for (let at = 0; at < mask.length; at++) {
    const char = mask[at] as string
    if (char !== '%') {
      result += char
      continue
    }
    const letter = mask[++at]
    // A percent sign before any other letter stands for that letter, except for those that Trino refuses.
    if (letter === undefined || /[DUuVwX]/.test(letter)) return undefined
    const piece = MYSQL[letter]
    if (piece === undefined) result += letter
    else if (parsing && !MYSQL_PARSE.includes(letter)) return undefined
    else result += parsing ? piece.replace('%-', '%') : piece
  }
  return result
}

/** Joda's letters, as format_datetime and parse_datetime take them: by letter, then by how often it stands. */
const JODA: Readonly<Record<string, readonly (string | undefined)[]>> = {
  y: [undefined, '%y', undefined, '%Y'],
  Y: [undefined, '%y', undefined, '%Y'],
  x: [undefined, undefined, undefined, '%G'],
  w: ['%-V', '%V'],
  M: ['%-m', '%m', '%b', '%B'],
  d: ['%-d', '%d'],
  D: ['%-j', undefined, '%j'],
  e: ['%u'],
  E: ['%a', '%a', '%a', '%A'],
  a: ['%p', '%p'],
  H: ['%-H', '%H'],
  h: ['%-I', '%I'],
  m: ['%-M', '%M'],
  s: ['%-S', '%S'],
  S: [undefined, undefined, '%g'],
}

const JODA_PARSE = 'yYMdaHhmsSE'

export function jodaMask(mask: string, parsing: boolean): string | undefined {
  let result = ''
  let at = 0
  while (at < mask.length) {
    const char = mask[at] as string
    if (char === "'") {
      const literal = quoted(mask, at)
      if (!literal) return undefined
      result += literal.text.replaceAll('%', '%%')
      at = literal.end
    } else if (/[A-Za-z]/.test(char)) {
      let end = at
      while (mask[end] === char) end++
      const piece = JODA[char]?.[end - at - 1]
      if (piece === undefined || (parsing && !JODA_PARSE.includes(char))) return undefined
      result += parsing ? piece.replace('%-', '%') : piece
      at = end
    } else {
      result += char === '%' ? '%%' : char
      at++
    }
  }
  return result
}

/** A quoted text in a Joda mask; two quotes are one, inside and outside. */
function quoted(mask: string, start: number): { text: string; end: number } | undefined {
  if (mask[start + 1] === "'") return { text: "'", end: start + 2 }
  let text = ''
  for (let at = start + 1; at < mask.length; at++) {
    if (mask[at] !== "'") text += mask[at]
    else if (mask[at + 1] === "'") {
      text += "'"
      at++
    } else return { text, end: at + 1 }
  }
  return undefined
}
