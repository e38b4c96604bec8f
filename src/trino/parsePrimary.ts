import type { Call, Expression, Name, SortItem, Span, WindowSpec } from './ast.js'
import { parseSortItem } from './parseSortItem.js'
import { parseSubquery, startsQuery } from './parseSubquery.js'
import { parseType } from './parseType.js'
import { parseWindow } from './parseWindow.js'
import type { TokenReader } from './tokenReader.js'
import { tryParse } from './tryParse.js'

const TYPED_LITERALS = ['DATE', 'TIME', 'TIMESTAMP', 'DECIMAL', 'JSON', 'DOUBLE', 'BIGINT', 'INTEGER', 'REAL']
const INTERVAL_FIELDS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND']
/** Written without parentheses, or with a precision in them. */
const NILADIC = ['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP']
const UNSUPPORTED = [
  'CURRENT_USER',
  'CURRENT_CATALOG',
  'CURRENT_SCHEMA',
  'CURRENT_PATH',
  'CURRENT_ROLE',
  'JSON_ARRAY',
  'JSON_EXISTS',
  'JSON_OBJECT',
  'JSON_QUERY',
  'JSON_TABLE',
  'JSON_VALUE',
]
/** Longest chain of `.name` and `[index]`. */
const MAX_CHAIN = 100

/** Reads what binds closest: a literal, a name, a call, something in parentheses; then its fields and subscripts. */
export function parsePrimary(reader: TokenReader): Expression {
  const { start } = reader.peek()
  let base = reader.deeper(() => parseBase(reader))
  for (let length = 0; ; length++) {
    if (length > MAX_CHAIN)
      reader.refuse(
        `An expression chains more than ${MAX_CHAIN} fields or subscripts.`,
        reader.peek(),
        'OCG2050',
      )
    if (reader.takeOperator('.')) {
      if (reader.isOperator('*'))
        reader.refuse('A .* stands directly in a SELECT list.', reader.peek(), 'OCG2050')
      const name = reader.expectName('the name of a field')
      if (reader.isOperator('(')) {
        const message = `The function ${name.text} has a name before it.`
        const hint = 'Functions have no schema: write the name alone.'
        reader.refuse(message, placeOf(base), 'OCG2054', hint)
      }
      base = { kind: 'field', base, name, ...reader.spanFrom(start) }
    } else if (reader.takeOperator('[')) {
      const index = reader.value()
      reader.expectOperator(']')
      base = { kind: 'subscript', base, index, ...reader.spanFrom(start) }
    } else return base
  }
}

/** Where an expression is pointed to: a name alone, without what hangs on it. */
function placeOf(expression: Expression): Span {
  let first = expression
  while (first.kind === 'field') first = first.base
  return first
}

function parseBase(reader: TokenReader): Expression {
  const token = reader.peek()
  const { start } = token
  switch (token.kind) {
    case 'integer':
    case 'decimal':
    case 'double':
      reader.next()
      return { kind: token.kind, text: token.text, start, end: token.end }
    case 'string':
      reader.next()
      return { kind: 'string', value: token.text, start, end: token.end }
    case 'binary':
      reader.next()
      return { kind: 'binary', hex: token.text, start, end: token.end }
    case 'operator':
      if (token.text === '(') return parseParenthesis(reader)
      if (token.text === '?')
        reader.refuse('"?" has no value in a statement. Arguments are written as $args.name.')
      return reader.fail('an expression')
    case 'word':
      return parseKeyword(reader, token.text.toUpperCase()) ?? parseNamed(reader)
    case 'quoted':
      return parseNamed(reader)
    case 'end':
      return reader.fail('an expression')
  }
}

/** A form that starts with a word of its own; undefined for a plain name. */
function parseKeyword(reader: TokenReader, word: string): Expression | undefined {
  const { start } = reader.peek()
  const opens = reader.isOperator('(', 1)
  if (UNSUPPORTED.includes(word)) {
    const hint = "Embedded it can't give the answer that Athena gives."
    reader.refuse(`The function ${word.toLowerCase()} is not supported.`, reader.peek(), 'OCG2054', hint)
  }
  if (NILADIC.includes(word)) return parseNiladic(reader)
  const literal = reader.peek(1).kind === 'string'
  switch (word) {
    case 'NULL':
      reader.next()
      return { kind: 'null', ...reader.spanFrom(start) }
    case 'TRUE':
    case 'FALSE':
      reader.next()
      return { kind: 'boolean', value: word === 'TRUE', ...reader.spanFrom(start) }
    case 'CASE':
      return parseCase(reader)
    case 'CAST':
      return parseCast(reader, false)
    case 'TRY_CAST':
      return opens ? parseCast(reader, true) : undefined
    case 'EXTRACT':
      return parseExtract(reader)
    case 'EXISTS':
      reader.next()
      return { kind: 'exists', query: parseSubquery(reader), ...reader.spanFrom(start) }
    case 'INTERVAL':
      return literal || reader.isOperator('+', 1) || reader.isOperator('-', 1)
        ? parseInterval(reader)
        : undefined
    case 'ARRAY':
      return reader.isOperator('[', 1) ? parseArray(reader) : undefined
    case 'ROW':
      return opens ? parseRow(reader) : undefined
    case 'POSITION':
      return opens ? parsePosition(reader) : undefined
    case 'SUBSTRING':
      return opens ? parseSubstring(reader) : undefined
    case 'TRIM':
      return parseTrim(reader)
    case 'NORMALIZE':
      return parseNormalize(reader)
    case 'LISTAGG':
      return parseListagg(reader)
    case 'GROUPING': {
      const name = nameOf(reader)
      return { ...emptyCall(name), args: argumentList(reader), ...reader.spanFrom(start) }
    }
  }
  if (literal && TYPED_LITERALS.includes(word)) {
    reader.next()
    const { text } = reader.next()
    return { kind: 'typedLiteral', type: word.toLowerCase(), value: text, ...reader.spanFrom(start) }
  }
  if (literal) reader.refuse(`A literal of the type ${word} is not supported: use CAST('…' AS ${word}).`)
  return undefined
}

/** A column, a lambda of one parameter, or a call. */
function parseNamed(reader: TokenReader): Expression {
  const { start } = reader.peek()
  if (reader.isOperator('->', 1)) {
    const parameters = [reader.expectName()]
    reader.next()
    return { kind: 'lambda', parameters, body: reader.expression(), ...reader.spanFrom(start) }
  }
  const name = reader.expectName('an expression')
  if (!reader.isOperator('(')) return { kind: 'name', name, ...reader.spanFrom(start) }
  return parseCall(reader, name)
}

function parseCall(reader: TokenReader, name: Name): Call {
  reader.expectOperator('(')
  const call = { ...emptyCall(name) }
  if (reader.takeOperator('*')) call.star = true
  else if (!reader.isOperator(')')) {
    if (reader.isOneOf('DISTINCT', 'ALL')) call.distinct = reader.next().text.toUpperCase() === 'DISTINCT'
    call.args = reader.list(() => reader.expression())
    if (reader.takeWords('ORDER', 'BY')) call.orderBy = reader.list(() => parseSortItem(reader))
  }
  reader.expectOperator(')')
  return { ...call, ...callSuffix(reader), ...reader.spanFrom(name.start) }
}

type WritableCall = { -readonly [Key in keyof Call]: Call[Key] }

function emptyCall(name: Name): WritableCall {
  const { start, end } = name
  return { kind: 'call', name, args: [], star: false, distinct: false, orderBy: [], start, end }
}

function callSuffix(reader: TokenReader) {
  const suffix: { filter?: Expression; nulls?: 'IGNORE' | 'RESPECT'; over?: WindowSpec | Name } = {}
  if (reader.isWords('FILTER') && reader.isOperator('(', 1)) {
    reader.next()
    reader.expectOperator('(')
    reader.expectWord('WHERE')
    suffix.filter = reader.expression()
    reader.expectOperator(')')
  }
  if (reader.takeWords('IGNORE', 'NULLS')) suffix.nulls = 'IGNORE'
  else if (reader.takeWords('RESPECT', 'NULLS')) suffix.nulls = 'RESPECT'
  if (reader.isWords('OVER') && (reader.isOperator('(', 1) || reader.isName(1))) {
    reader.next()
    suffix.over = reader.isOperator('(') ? parseWindow(reader) : reader.expectName()
  } else if (suffix.nulls) reader.fail('OVER')
  return suffix
}

function argumentList(reader: TokenReader): Expression[] {
  reader.expectOperator('(')
  const args = reader.isOperator(')') ? [] : reader.list(() => reader.expression())
  reader.expectOperator(')')
  return args
}

/** The word as a name, reserved or not. */
function nameOf(reader: TokenReader): Name {
  const { text, start, end } = reader.next()
  return { text, start, end }
}

function parseNiladic(reader: TokenReader): Expression {
  const name = nameOf(reader)
  if (reader.takeOperator('(')) {
    const { start } = reader.peek()
    if (reader.peek().kind !== 'integer') reader.fail('a precision')
    const text = reader.next().text
    const args: Expression[] = [{ kind: 'integer', text, ...reader.spanFrom(start) }]
    reader.expectOperator(')')
    return { ...emptyCall(name), args, ...reader.spanFrom(name.start) }
  }
  return emptyCall(name)
}

/** `(query)`, `(a, b) -> …`, `(a, b)` or `(a)`. */
function parseParenthesis(reader: TokenReader): Expression {
  const { start } = reader.peek()
  if (startsQuery(reader, 1)) {
    const query = tryParse(reader, () => parseSubquery(reader))
    if (query) return { kind: 'subquery', query, ...reader.spanFrom(start) }
  }
  if (startsLambda(reader)) {
    reader.expectOperator('(')
    const parameters = reader.isOperator(')') ? [] : reader.list(() => reader.expectName())
    reader.expectOperator(')')
    reader.expectOperator('->')
    return { kind: 'lambda', parameters, body: reader.expression(), ...reader.spanFrom(start) }
  }
  reader.expectOperator('(')
  const items = reader.list(() => reader.expression())
  reader.expectOperator(')')
  if (items.length === 1) return items[0] as Expression
  return { kind: 'row', items, ...reader.spanFrom(start) }
}

function startsLambda(reader: TokenReader): boolean {
  let ahead = 1
  if (!reader.isOperator(')', ahead)) {
    while (reader.isName(ahead)) {
      ahead++
      if (!reader.isOperator(',', ahead)) break
      ahead++
    }
  }
  return reader.isOperator(')', ahead) && reader.isOperator('->', ahead + 1)
}

function parseCase(reader: TokenReader): Expression {
  const { start } = reader.next()
  const operand = reader.isWords('WHEN') ? undefined : reader.expression()
  const whens: { when: Expression; result: Expression }[] = []
  while (reader.takeWords('WHEN')) {
    const when = reader.expression()
    reader.expectWord('THEN')
    whens.push({ when, result: reader.expression() })
  }
  if (whens.length === 0) reader.fail('WHEN')
  const otherwise = reader.takeWords('ELSE') ? reader.expression() : undefined
  reader.expectWord('END')
  return {
    kind: 'case',
    ...(operand && { operand }),
    whens,
    ...(otherwise && { else: otherwise }),
    ...reader.spanFrom(start),
  }
}

function parseCast(reader: TokenReader, safe: boolean): Expression {
  const { start } = reader.next()
  reader.expectOperator('(')
  const operand = reader.expression()
  reader.expectWord('AS')
  const type = parseType(reader)
  reader.expectOperator(')')
  return { kind: 'cast', safe, operand, type, ...reader.spanFrom(start) }
}

function parseExtract(reader: TokenReader): Expression {
  const { start } = reader.next()
  reader.expectOperator('(')
  const field = reader.expectName('a field such as YEAR')
  reader.expectWord('FROM')
  const operand = reader.value()
  reader.expectOperator(')')
  return { kind: 'extract', field, operand, ...reader.spanFrom(start) }
}

function parseInterval(reader: TokenReader): Expression {
  const { start } = reader.next()
  const negative = reader.takeOperator('-')
  if (!negative) reader.takeOperator('+')
  if (reader.peek().kind !== 'string') reader.fail('a quoted number')
  const value = reader.next().text
  const from = intervalField(reader)
  const to = reader.takeWords('TO') ? intervalField(reader) : undefined
  return { kind: 'interval', negative, value, from, ...(to && { to }), ...reader.spanFrom(start) }
}

function intervalField(reader: TokenReader): string {
  if (!reader.isOneOf(...INTERVAL_FIELDS)) reader.fail(INTERVAL_FIELDS.join(', '))
  return reader.next().text.toUpperCase()
}

function parseArray(reader: TokenReader): Expression {
  const { start } = reader.next()
  reader.expectOperator('[')
  const items = reader.isOperator(']') ? [] : reader.list(() => reader.expression())
  reader.expectOperator(']')
  return { kind: 'array', items, ...reader.spanFrom(start) }
}

function parseRow(reader: TokenReader): Expression {
  const { start } = reader.next()
  const items = argumentList(reader)
  if (items.length === 0) reader.refuse('A row needs at least one field.', reader.peek(), 'OCG2050')
  return { kind: 'row', items, ...reader.spanFrom(start) }
}

/** `POSITION(part IN text)` as `strpos(text, part)`. */
function parsePosition(reader: TokenReader): Expression {
  const name = nameOf(reader)
  reader.expectOperator('(')
  const part = reader.value()
  reader.expectWord('IN')
  const text = reader.value()
  reader.expectOperator(')')
  return { ...emptyCall({ ...name, text: 'strpos' }), args: [text, part], ...reader.spanFrom(name.start) }
}

/** `SUBSTRING(text FROM start FOR length)`, or with commas. */
function parseSubstring(reader: TokenReader): Expression {
  const name = nameOf(reader)
  reader.expectOperator('(')
  const args = [reader.expression()]
  const standard = reader.takeWords('FROM')
  const separated = () => (standard ? reader.takeWords('FOR') : reader.takeOperator(','))
  if (standard) args.push(reader.value())
  while (separated()) args.push(reader.value())
  reader.expectOperator(')')
  return { ...emptyCall(name), args, ...reader.spanFrom(name.start) }
}

/** `TRIM(LEADING chars FROM text)` as `ltrim(text, chars)`. */
function parseTrim(reader: TokenReader): Expression {
  const name = nameOf(reader)
  reader.expectOperator('(')
  let side = 'trim'
  let args: Expression[]
  if (reader.isOneOf('LEADING', 'TRAILING', 'BOTH')) {
    side = { LEADING: 'ltrim', TRAILING: 'rtrim', BOTH: 'trim' }[reader.next().text.toUpperCase()] ?? 'trim'
    const chars = reader.isWords('FROM') ? undefined : reader.value()
    reader.expectWord('FROM')
    args = [reader.value(), ...(chars ? [chars] : [])]
  } else {
    args = [reader.value()]
    if (reader.takeWords('FROM')) args.unshift(reader.value())
    else if (reader.takeOperator(',')) args.push(reader.value())
  }
  reader.expectOperator(')')
  return { ...emptyCall({ ...name, text: side }), args, ...reader.spanFrom(name.start) }
}

/** `NORMALIZE(text, NFC)`; the form becomes a string argument. */
function parseNormalize(reader: TokenReader): Expression {
  const name = nameOf(reader)
  reader.expectOperator('(')
  const args = [reader.value()]
  if (reader.takeOperator(',')) {
    const form = reader.next()
    if (!/^NF(?:D|C|KD|KC)$/i.test(form.text)) reader.refuse('NORMALIZE knows NFC, NFD, NFKC and NFKD.', form)
    args.push({ kind: 'string', value: form.text.toUpperCase(), start: form.start, end: form.end })
  }
  reader.expectOperator(')')
  return { ...emptyCall(name), args, ...reader.spanFrom(name.start) }
}

/** `LISTAGG(text, separator) WITHIN GROUP (ORDER BY …)`; the order is required, as in Trino. */
function parseListagg(reader: TokenReader): Expression {
  const name = nameOf(reader)
  reader.expectOperator('(')
  const distinct = reader.isOneOf('DISTINCT', 'ALL') && reader.next().text.toUpperCase() === 'DISTINCT'
  const args = [reader.expression()]
  if (reader.takeOperator(',')) {
    if (reader.peek().kind !== 'string') reader.fail('a separator in quotes')
    args.push(parsePrimary(reader))
  }
  if (reader.isWords('ON', 'OVERFLOW')) {
    reader.refuse('ON OVERFLOW is not supported: leave it out, so that an overflow is an error.')
  }
  reader.expectOperator(')')
  reader.expectWord('WITHIN')
  reader.expectWord('GROUP')
  reader.expectOperator('(')
  reader.expectWord('ORDER')
  reader.expectWord('BY')
  const orderBy: SortItem[] = reader.list(() => parseSortItem(reader))
  reader.expectOperator(')')
  return {
    ...emptyCall(name),
    args,
    distinct,
    orderBy,
    ...callSuffix(reader),
    ...reader.spanFrom(name.start),
  }
}
