import { TrinoSyntaxError } from './syntaxError.js'

export interface Token {
  readonly kind:
    | 'word'
    | 'quoted'
    | 'string'
    | 'binary'
    | 'integer'
    | 'decimal'
    | 'double'
    | 'operator'
    | 'end'
  /** A word, number or operator as written; the content of a string, quoted name or binary literal. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const OPERATORS = ['->', '=>', '<>', '!=', '<=', '>=', '||', ...'=<>+-*/%()[],.;?']

/** Splits a statement into tokens, comments and white space left out; the last one is of kind `end`. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    at = skipBlank(sql, at)
    if (at >= sql.length) break
    const token = readToken(sql, at)
    tokens.push(token)
    at = token.end
  }
  tokens.push({ kind: 'end', text: '', start: sql.length, end: sql.length })
  return tokens
}

function skipBlank(sql: string, start: number): number {
  let at = start
  for (;;) {
    if (/\s/.test(sql[at] ?? '')) at++
    else if (sql.startsWith('--', at)) {
      while (at < sql.length && sql[at] !== '\n' && sql[at] !== '\r') at++
    } else if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at + 2)
      if (end < 0) throw new TrinoSyntaxError('The comment is not closed with */.', at, sql.length)
      at = end + 2
    } else return at
  }
}

function readToken(sql: string, start: number): Token {
  const char = sql[start] as string
  if (char === "'") return quotedToken(sql, start, start, 'string')
  if (char === '"') return quotedToken(sql, start, start, 'quoted')
  if (/[xX]/.test(char) && sql[start + 1] === "'") return binaryToken(sql, start)
  if (/^[uU]&['"]/.test(sql.slice(start, start + 3))) return unicodeToken(sql, start)
  if (/[A-Za-z_]/.test(char)) return { kind: 'word', ...spanOf(sql, start, /[A-Za-z0-9_]*/y) }
  if (/[0-9]/.test(char) || (char === '.' && /[0-9]/.test(sql[start + 1] ?? '')))
    return numberToken(sql, start)
  const operator = OPERATORS.find((one) => sql.startsWith(one, start))
  if (operator) return { kind: 'operator', text: operator, start, end: start + operator.length }
  const symbol = String.fromCodePoint(sql.codePointAt(start) as number)
  const hint = symbol === '`' ? ' Names are quoted with ".' : ''
  throw new TrinoSyntaxError(
    `The character ${symbol} has no meaning here.${hint}`,
    start,
    start + symbol.length,
  )
}

function spanOf(sql: string, start: number, pattern: RegExp) {
  pattern.lastIndex = start
  const text = pattern.exec(sql)?.[0] ?? ''
  return { text, start, end: start + text.length }
}

function numberToken(sql: string, start: number): Token {
  const { text, end } = spanOf(sql, start, /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y)
  if (/[A-Za-z_0-9]/.test(sql[end] ?? '')) {
    const whole = spanOf(sql, start, /[A-Za-z0-9_.]+/y)
    const message = `${whole.text} is neither a number nor a name: a name that starts with a digit is quoted with ".`
    throw new TrinoSyntaxError(message, start, whole.end)
  }
  const kind = /[eE]/.test(text) ? 'double' : text.includes('.') ? 'decimal' : 'integer'
  return { kind, text, start, end }
}

/** Reads a text in quotes, where a doubled quote stands for itself. */
function quotedToken(sql: string, start: number, open: number, kind: 'string' | 'quoted'): Token {
  const quote = sql[open] as string
  let text = ''
  let at = open + 1
  for (;;) {
    const close = sql.indexOf(quote, at)
    if (close < 0) {
      const what = kind === 'string' ? 'text' : 'name'
      throw new TrinoSyntaxError(
        `The quoted ${what} is not closed with ${quote}.`,
        start,
        Math.min(start + 1, sql.length),
      )
    }
    text += sql.slice(at, close)
    at = close + 1
    if (sql[at] !== quote) break
    text += quote
    at++
  }
  if (kind === 'quoted' && text === '')
    throw new TrinoSyntaxError('A quoted name must not be empty.', start, at)
  return { kind, text, start, end: at }
}

function binaryToken(sql: string, start: number): Token {
  const token = quotedToken(sql, start, start + 1, 'string')
  const hex = token.text.replace(/\s/g, '')
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(hex)) {
    throw new TrinoSyntaxError('A binary literal holds pairs of hexadecimal digits.', start, token.end)
  }
  return { ...token, kind: 'binary', text: hex }
}

/** `U&'…'`, with `\XXXX` and `\+XXXXXX` for code points, and an escape character of the author's after UESCAPE. */
function unicodeToken(sql: string, start: number): Token {
  const kind = sql[start + 2] === "'" ? 'string' : 'quoted'
  const token = quotedToken(sql, start, start + 2, kind)
  const uescape = spanOf(sql, skipBlank(sql, token.end), /uescape\b/iy)
  let marker = '\\'
  let end = token.end
  if (uescape.text) {
    const open = skipBlank(sql, uescape.end)
    const char = sql[open] === "'" ? quotedToken(sql, open, open, 'string') : undefined
    if (char?.text.length !== 1 || /[0-9A-Fa-f+'"\s]/.test(char.text)) {
      throw new TrinoSyntaxError('UESCAPE takes one character in quotes.', uescape.start, uescape.end)
    }
    marker = char.text
    end = char.end
  }
  return { kind, text: unescapeUnicode(token, marker), start, end }
}

function unescapeUnicode(token: Token, marker: string): string {
  const parts = token.text.split(marker)
  let text = parts[0] as string
  for (let at = 1; at < parts.length; at++) {
    const part = parts[at] as string
    if (part === '' && at + 1 < parts.length) {
      text += marker + (parts[at + 1] as string)
      at++
      continue
    }
    const match = /^(?:\+([0-9A-Fa-f]{6})|([0-9A-Fa-f]{4}))/.exec(part)
    const code = match ? Number.parseInt((match[1] ?? match[2]) as string, 16) : -1
    if (!match || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      const message = 'A code point in a U& text is written as four hexadecimal digits, or + and six.'
      throw new TrinoSyntaxError(message, token.start, token.end)
    }
    text += String.fromCodePoint(code) + part.slice(match[0].length)
  }
  return text
}
