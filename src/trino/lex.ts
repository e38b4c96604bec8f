import { endOfDigits, endOfName, isDigit, isNamePart, isNameStart, isSpace, skipSpace } from './characters.js'

export type TokenKind =
  | 'identifier'
  | 'quotedIdentifier'
  | 'string'
  /** `U&'…'`. */
  | 'unicodeString'
  /** `U&"…"`. */
  | 'unicodeIdentifier'
  /** `X'…'`. */
  | 'binaryString'
  | 'number'
  | 'operator'
  /** `$args.name`. */
  | 'argument'
  /** `$join_table(name)`. */
  | 'joinTable'
  /** SQL of the compiler's own in place of what was written, any number of tokens long; `lex` gives none. */
  | 'rewritten'

/** A piece of SQL that counts: no white space, no comment. Offsets are UTF-16 units. */
export interface Token {
  readonly kind: TokenKind
  /** As written. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** What it names or holds: an argument, a join table, an identifier without quotes, a string without escapes. */
  readonly value: string
  /** Placeholders inside a string literal, in order. */
  readonly placeholders: readonly Placeholder[]
}

/** A `$args.name` inside a string literal. */
export interface Placeholder {
  readonly name: string
  readonly start: number
  readonly end: number
}

export interface LexProblem {
  readonly code: 'OCG2001' | 'OCG2002' | 'OCG2003' | 'OCG2004' | 'OCG2005' | 'OCG2006'
  readonly message: string
  readonly hint?: string
  readonly start: number
  readonly end: number
}

export interface LexResult {
  readonly tokens: readonly Token[]
  readonly problems: readonly LexProblem[]
}

/**
 * Splits SQL, with arguments in it or bound, into tokens after Trino's lexical grammar, which differs from other engines' where it matters for
 * safety: a backslash escapes nothing, comments do not nest, and identifiers are ASCII. Never throws: what cannot
 * be read is a problem, and reading goes on behind it.
 */
export function lex(sql: string): LexResult {
  const tokens: Token[] = []
  const problems: LexProblem[] = []
  let at = 0
  while (at < sql.length) {
    const step = readOne(sql, at)
    if (step.token) tokens.push(step.token)
    if (step.problems) problems.push(...step.problems)
    at = step.end
  }
  return { tokens, problems }
}

interface Step {
  readonly end: number
  readonly token?: Token
  readonly problems?: readonly LexProblem[]
}

function readOne(sql: string, start: number): Step {
  const char = sql[start] as string
  const next = sql[start + 1]
  if (isSpace(char)) return { end: start + 1 }
  if (char === '-' && next === '-') return readLineComment(sql, start)
  if (char === '/' && next === '*') return readBlockComment(sql, start)
  if (char === "'") return readString(sql, start, start, 'string')
  if ((char === 'u' || char === 'U') && next === '&' && sql[start + 2] === "'") {
    return readString(sql, start, start + 2, 'unicodeString')
  }
  if ((char === 'u' || char === 'U') && next === '&' && sql[start + 2] === '"') {
    return readQuotedIdentifier(sql, start, start + 2, 'unicodeIdentifier')
  }
  if ((char === 'x' || char === 'X') && next === "'") return readString(sql, start, start + 1, 'binaryString')
  if (char === '"') return readQuotedIdentifier(sql, start, start, 'quotedIdentifier')
  if (char === '`') return readBackquoted(sql, start)
  if (char === '$') return readDollar(sql, start)
  if (isDigit(char) || (char === '.' && isDigit(next))) return readNumber(sql, start)
  if (isNameStart(char)) {
    const end = endOfName(sql, start)
    return { end, token: plainToken('identifier', sql, start, end) }
  }
  return readOperator(sql, start)
}

/** A comment may hold anything but arguments: bound there, a value could end the comment. */
function readLineComment(sql: string, start: number): Step {
  let end = start
  while (end < sql.length && sql[end] !== '\n' && sql[end] !== '\r') end += 1
  return { end, problems: argumentsInComment(sql, start, end) }
}

function readBlockComment(sql: string, start: number): Step {
  const close = sql.indexOf('*/', start + 2)
  if (close >= 0) return { end: close + 2, problems: argumentsInComment(sql, start, close) }
  const open: LexProblem = {
    code: 'OCG2002',
    message: 'This comment has no end.',
    hint: 'Close it with */.',
    start,
    end: start + 2,
  }
  return { end: sql.length, problems: [open] }
}

function argumentsInComment(sql: string, start: number, end: number): LexProblem[] {
  return findPlaceholders(sql, start, end).map((found) => ({
    code: 'OCG2004',
    message: `The argument $args.${found.name} stands in a comment, where no value can be bound.`,
    hint: 'Remove it, or write its name without "$args.".',
    start: found.start,
    end: found.end,
  }))
}

function readString(sql: string, start: number, quote: number, kind: TokenKind): Step {
  const end = endOfQuoted(sql, quote, "'")
  if (end === undefined) return unterminated(sql, start, 'string', "'")
  const value = sql.slice(quote + 1, end - 1).replaceAll("''", "'")
  const placeholders = findPlaceholders(sql, quote, end)
  const problems: LexProblem[] = []
  if (kind !== 'string') {
    for (const found of placeholders) {
      problems.push({
        code: 'OCG2004',
        message: `The argument $args.${found.name} stands in a ${kind === 'unicodeString' ? "U&'…'" : "X'…'"} literal, whose text has escapes of its own.`,
        hint: "Use a plain '…' literal, or join the parts with ||.",
        start: found.start,
        end: found.end,
      })
    }
  }
  const token: Token = { kind, text: sql.slice(start, end), start, end, value, placeholders }
  return { end, token, problems }
}

function readQuotedIdentifier(sql: string, start: number, quote: number, kind: TokenKind): Step {
  const end = endOfQuoted(sql, quote, '"')
  if (end === undefined) return unterminated(sql, start, 'quoted identifier', '"')
  const problems = findPlaceholders(sql, start, end).map((found): LexProblem => {
    return {
      code: 'OCG2004',
      message: `The argument $args.${found.name} stands in a quoted identifier: an argument is a value, never a name.`,
      hint: 'Double quotes are for names. A text literal has single quotes.',
      start: found.start,
      end: found.end,
    }
  })
  const value = sql.slice(quote + 1, end - 1).replaceAll('""', '"')
  const token: Token = {
    kind,
    text: sql.slice(start, end),
    start,
    end,
    value,
    placeholders: [],
  }
  return { end, token, problems }
}

function readBackquoted(sql: string, start: number): Step {
  const end = endOfQuoted(sql, start, '`')
  if (end === undefined) return unterminated(sql, start, 'quoted identifier', '`')
  const name = sql.slice(start + 1, end - 1)
  const problem: LexProblem = {
    code: 'OCG2003',
    message: 'Trino does not quote names with backquotes.',
    hint: `Write "${name}".`,
    start,
    end,
  }
  // Read on as if it had been written right, so that this is the only problem that it causes.
  const token: Token = {
    kind: 'quotedIdentifier',
    text: `"${name}"`,
    start,
    end,
    value: name,
    placeholders: [],
  }
  return { end, token, problems: [problem] }
}

function readDollar(sql: string, start: number): Step {
  const placeholder = placeholderAt(sql, start)
  if (placeholder) {
    const token = plainToken('argument', sql, start, placeholder.end, placeholder.name)
    return { end: placeholder.end, token }
  }
  const word = isNameStart(sql[start + 1]) ? sql.slice(start + 1, endOfName(sql, start + 1)) : ''
  if (word.toLowerCase() === 'join_table') return readJoinTable(sql, start, start + 1 + word.length)
  const end = start + 1 + word.length
  const problem: LexProblem = {
    code: 'OCG2005',
    message:
      word === 'args'
        ? '$args is not followed by the name of an argument.'
        : `"${sql.slice(start, end)}" is no placeholder.`,
    hint: 'Placeholders are $args.name and $join_table(name), in lower case.',
    start,
    end,
  }
  return { end, problems: [problem] }
}

function readJoinTable(sql: string, start: number, afterWord: number): Step {
  const open = skipSpace(sql, afterWord)
  const nameStart = skipSpace(sql, open + 1)
  const nameEnd = isNameStart(sql[nameStart]) ? endOfName(sql, nameStart) : nameStart
  const close = skipSpace(sql, nameEnd)
  if (sql[open] === '(' && nameEnd > nameStart && sql[close] === ')') {
    const token = plainToken('joinTable', sql, start, close + 1, sql.slice(nameStart, nameEnd).toLowerCase())
    return { end: close + 1, token }
  }
  const problem: LexProblem = {
    code: 'OCG2006',
    message: '$join_table is not followed by a table name in parentheses.',
    hint: 'Write $join_table(name); the name has letters, digits and underscores.',
    start,
    end: afterWord,
  }
  return { end: afterWord, problems: [problem] }
}

/** Decimal, exponent and `0x`, `0o`, `0b` forms. A name that starts with a digit is no token of ours. */
function readNumber(sql: string, start: number): Step {
  let end = start
  const radix = sql[start] === '0' ? (sql[start + 1] ?? '').toLowerCase() : ''
  if (radix === 'x' || radix === 'o' || radix === 'b') {
    end = endOfName(sql, start)
  } else {
    end = endOfDigits(sql, end)
    if (sql[end] === '.') end = endOfDigits(sql, end + 1)
    if (sql[end] === 'e' || sql[end] === 'E') {
      const sign = sql[end + 1] === '+' || sql[end + 1] === '-' ? 1 : 0
      if (isDigit(sql[end + 1 + sign])) end = endOfDigits(sql, end + 1 + sign)
    }
  }
  if (radix !== 'x' && radix !== 'o' && radix !== 'b' && !isNamePart(sql[end])) {
    return { end, token: plainToken('number', sql, start, end) }
  }
  const whole = endOfName(sql, end)
  const problem: LexProblem = {
    code: 'OCG2003',
    message: `"${sql.slice(start, whole)}" is neither a number nor a name.`,
    hint: 'Numbers are decimal. A name that starts with a digit needs double quotes.',
    start,
    end: whole,
  }
  return { end: whole, token: plainToken('number', sql, start, whole), problems: [problem] }
}

const OPERATORS = new Set('<> != <= >= || -> =>'.split(' '))
const SINGLE = new Set('=<>+-*/%.,()[];:'.split(''))

function readOperator(sql: string, start: number): Step {
  const two = sql.slice(start, start + 2)
  if (OPERATORS.has(two)) return { end: start + 2, token: plainToken('operator', sql, start, start + 2) }
  const one = sql[start] as string
  if (SINGLE.has(one)) return { end: start + 1, token: plainToken('operator', sql, start, start + 1) }
  // `!` and `?` are kept as tokens, because an INSERT's column types and a helpful message need them.
  if (one === '!' || one === '?') {
    return { end: start + 1, token: plainToken('operator', sql, start, start + 1) }
  }
  const end = start + ((sql.codePointAt(start) as number) > 0xffff ? 2 : 1)
  const problem: LexProblem = {
    code: 'OCG2003',
    message: `The character ${describeCharacter(sql.slice(start, end))} has no meaning in SQL here.`,
    hint: 'Names with characters outside of a-z, 0-9 and _ need double quotes, texts need single quotes.',
    start,
    end,
  }
  return { end, problems: [problem] }
}

function describeCharacter(character: string): string {
  const code = character.codePointAt(0) as number
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const visible = code > 0x20 && code < 0x7f
  return visible ? `"${character}"` : hex
}

function unterminated(sql: string, start: number, what: string, quote: string): Step {
  const problem: LexProblem = {
    code: 'OCG2001',
    message: `This ${what} has no end.`,
    hint: `Close it with ${quote}; inside, ${quote} is written twice.`,
    start,
    end: Math.min(start + 1, sql.length),
  }
  return { end: sql.length, problems: [problem] }
}

function plainToken(kind: TokenKind, sql: string, start: number, end: number, value?: string): Token {
  const text = sql.slice(start, end)
  return { kind, text, start, end, value: value ?? text, placeholders: [] }
}

/** Every `$args.name` between two offsets. */
function findPlaceholders(sql: string, start: number, end: number): Placeholder[] {
  const found: Placeholder[] = []
  // Searched in a slice: a search to the end of the text, once for each string, would take quadratic time.
  const piece = sql.slice(start, end)
  for (let at = piece.indexOf('$'); at >= 0; at = piece.indexOf('$', at + 1)) {
    const placeholder = placeholderAt(sql, start + at)
    if (placeholder && placeholder.end <= end) found.push(placeholder)
  }
  return found
}

function placeholderAt(sql: string, start: number): Placeholder | undefined {
  const nameStart = start + '$args.'.length
  if (!sql.startsWith('$args.', start) || !isNameStart(sql[nameStart])) return undefined
  const end = endOfName(sql, nameStart)
  return { name: sql.slice(nameStart, end), start, end }
}

/** Offset behind the closing quote; a doubled quote does not close. */
function endOfQuoted(sql: string, start: number, quote: string): number | undefined {
  let at = start + 1
  for (;;) {
    const close = sql.indexOf(quote, at)
    if (close < 0) return undefined
    if (sql[close + 1] !== quote) return close + 1
    at = close + 2
  }
}
