import { didYouMean } from '../../errors/suggest.js'
import type {
  Argument,
  ScalarName,
  SqlPart,
  SqlTablePart,
  SqlTemplate,
  SqlWithPart,
  TypeRef,
} from '../../model/types.js'
import type { Token } from '../../trino/lex.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'

/** A stretch of the SQL that will run, with the place in the user's text that it stems from. */
export type Piece = Span &
  (
    | { readonly kind: 'text'; readonly text: string }
    | ({ readonly kind: 'table' } & SqlTablePart)
    | ({ readonly kind: 'with' } & SqlWithPart)
    | { readonly kind: 'arg'; readonly arg: string; readonly context: ArgumentContext }
  )

export type ArgumentContext = Extract<SqlPart, { arg: string }>['context']

/**
 * Turns tokens into the pieces of the SQL that will run. Comments are dropped, `$join_table(t)` becomes the table's
 * name, and each argument gets the context that says how its value is written.
 */
export function buildPieces(
  sql: string,
  tokens: readonly Token[],
  args: readonly Argument[],
): { pieces: Piece[]; problems: SqlProblem[] } {
  const pieces: Piece[] = []
  const problems: SqlProblem[] = []
  const types = new Map(args.map((argument) => [argument.name, argument.type]))
  const opened: Token[] = []

  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as Token
    const previous = tokens[index - 1]
    if (previous) pieces.push(gap(sql, previous, token))
    if (isOperator(token, '(')) opened.push(previous ?? token)
    if (isOperator(token, ')')) opened.pop()

    if (token.kind === 'argument') {
      const type = lookUp(token.value, token)
      const listBefore =
        type?.kind === 'list' &&
        isOperator(previous, '(') &&
        isIn(tokens[index - 2], opened[opened.length - 2])
      if (listBefore) {
        const closing = tokens[index + 1]
        if (closing && isOperator(closing, ')')) {
          // `IN ($args.list)`: the parentheses are the list's own.
          pieces.splice(lastText(pieces, '('))
          pieces.push({ ...argument(token, 'inList'), end: closing.end })
          opened.pop()
          index += 1
          continue
        }
        problems.push(
          problemAt(
            token,
            'OCG2012',
            `The list $args.${token.value} shares the parentheses after IN with other values.`,
            `Give it an IN of its own: x IN $args.${token.value} OR x IN (…).`,
          ),
        )
      }
      const context = contextOf(tokens, index, opened)
      if (type) problems.push(...checkContext(token, type, context, previous))
      pieces.push(argument(token, context))
      continue
    }

    if (token.kind === 'string' && token.placeholders.length > 0) {
      pushLiteral(token, previous)
      continue
    }
    pieces.push({ kind: 'text', text: textOf(token), start: token.start, end: token.end })
  }
  return { pieces, problems }

  function lookUp(name: string, span: Span): TypeRef | undefined {
    const type = types.get(name)
    if (!type) problems.push(unknownArgument(name, span, [...types.keys()]))
    return type
  }

  function pushLiteral(token: Token, previous: Token | undefined): void {
    const whole = token.placeholders.length === 1 ? token.placeholders[0] : undefined
    if (whole && whole.start === token.start + 1 && whole.end === token.end - 1) {
      const type = types.get(whole.name)
      const keyword = previous?.kind === 'identifier' ? previous.value.toUpperCase() : ''
      if (type?.kind === 'scalar' && TYPED_LITERALS[keyword] === type.name) {
        // `TIMESTAMP '$args.at'`: the typed literal of a value says all of it.
        pieces.splice(lastText(pieces, (previous as Token).text))
        pieces.push({ kind: 'arg', arg: whole.name, context: 'value', start: token.start, end: token.end })
        return
      }
    }
    let at = token.start
    for (const placeholder of token.placeholders) {
      const type = lookUp(placeholder.name, placeholder)
      if (type?.kind === 'list') {
        problems.push(
          problemAt(
            placeholder,
            'OCG2012',
            `The list $args.${placeholder.name} stands inside a text literal.`,
            'A text can hold a single value only. Outside of quotes the list becomes an ARRAY.',
          ),
        )
      }
      pieces.push({ kind: 'text', text: sql.slice(at, placeholder.start), start: at, end: placeholder.start })
      pieces.push({
        kind: 'arg',
        arg: placeholder.name,
        context: 'literal',
        start: placeholder.start,
        end: placeholder.end,
      })
      at = placeholder.end
    }
    pieces.push({ kind: 'text', text: sql.slice(at, token.end), start: at, end: token.end })
  }
}

/** The model's form of pieces: neighbouring texts joined. */
export function templateOf(pieces: readonly Piece[]): SqlTemplate {
  const parts: SqlPart[] = []
  let text = ''
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      text += piece.text
      continue
    }
    if (text !== '') parts.push({ text })
    text = ''
    parts.push(partOf(piece))
  }
  if (text !== '') parts.push({ text })
  return parts
}

function partOf(piece: Exclude<Piece, { kind: 'text' }>): SqlPart {
  switch (piece.kind) {
    case 'table':
      return { text: piece.text, table: piece.table, named: piece.named }
    case 'with':
      return { text: piece.text, with: true }
    case 'arg':
      return { arg: piece.arg, context: piece.context }
  }
}

/** The pieces that stem from a stretch of the user's text. */
export function piecesOf(pieces: readonly Piece[], start: number, end: number): Piece[] {
  return pieces.filter((piece) => piece.start >= start && piece.end <= end)
}

/** Text of the compiler's own. */
export function textPiece(text: string): Piece {
  return { kind: 'text', text, start: 0, end: 0 }
}

/** A problem for a `$args.name` that the field does not declare. */
export function unknownArgument(name: string, span: Span, known: readonly string[]): SqlProblem {
  const names = known.length === 0 ? 'The field has no arguments.' : `Its arguments are ${known.join(', ')}.`
  return problemAt(
    span,
    'OCG2010',
    `The field has no argument "${name}".`,
    didYouMean(name, known, (one) => `$args.${one}`) ?? names,
  )
}

/** Arguments that no token uses. Each gives a warning at the statement's beginning. */
export function unusedArguments(tokens: readonly Token[], args: readonly Argument[]): SqlProblem[] {
  const used = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'argument') used.add(token.value)
    for (const placeholder of token.placeholders) used.add(placeholder.name)
  }
  const first = tokens[0] ?? { start: 0, end: 0 }
  return args
    .filter((one) => !used.has(one.name))
    .map((one) => ({
      ...problemAt(
        first,
        'OCG2011',
        `The argument "${one.name}" is not used by the statement.`,
        `Write $args.${one.name} where its value belongs, or remove the argument.`,
      ),
      severity: 'warning' as const,
    }))
}

/** Typed literals that a value of this scalar already is. */
const TYPED_LITERALS: Readonly<Record<string, ScalarName>> = { TIMESTAMP: 'AWSDateTime', DATE: 'AWSDate' }

function argument(token: Token, context: ArgumentContext): Piece {
  return { kind: 'arg', arg: token.value, context, start: token.start, end: token.end }
}

/** What stands between two tokens: white space as written, a blank where there was a comment. */
function gap(sql: string, left: Token, right: Token): Piece {
  // Tokens of a rewritten statement need not follow each other in the text.
  const between = left.end <= right.start ? sql.slice(left.end, right.start) : ' '
  const text = between.trim() === '' ? between : ' '
  return { kind: 'text', text, start: left.end, end: Math.max(left.end, right.start) }
}

function textOf(token: Token): string {
  return token.kind === 'joinTable' ? `"${token.value}"` : token.text
}

function contextOf(tokens: readonly Token[], index: number, opened: readonly Token[]): ArgumentContext {
  const previous = tokens[index - 1]
  if (isIn(previous, opened[opened.length - 1])) return 'inList'
  return isCount(tokens, index) ? 'count' : 'value'
}

/** IN as an operator; in `position('a' IN $args.text)` it is none. */
function isIn(token: Token | undefined, opener: Token | undefined): boolean {
  return isWord(token, 'IN') && !isWord(opener, 'POSITION')
}

function isCount(tokens: readonly Token[], index: number): boolean {
  const previous = tokens[index - 1]
  if (isWord(previous, 'LIMIT') || isWord(previous, 'OFFSET')) return true
  const fetch = isWord(tokens[index - 2], 'FETCH')
  return fetch && (isWord(previous, 'FIRST') || isWord(previous, 'NEXT'))
}

function checkContext(
  token: Token,
  type: TypeRef,
  context: ArgumentContext,
  previous: Token | undefined,
): SqlProblem[] {
  const name = `$args.${token.value}`
  if (context === 'count' && !(type.kind === 'scalar' && type.name === 'Int')) {
    return [
      problemAt(
        token,
        'OCG2012',
        `After ${previous?.text.toUpperCase()} stands a number of rows, but ${name} is no Int.`,
        'Declare the argument as Int.',
      ),
    ]
  }
  if (isWord(previous, 'INTERVAL')) {
    return [
      problemAt(
        token,
        'OCG2012',
        `After INTERVAL stands a text in quotes, but ${name} has none.`,
        `Write interval '${name}' day.`,
      ),
    ]
  }
  return []
}

function lastText(pieces: readonly Piece[], text: string): number {
  return pieces.findLastIndex((piece) => piece.kind === 'text' && piece.text === text)
}

/** Whether a token is this keyword, in capitals. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'identifier' && token.value.toUpperCase() === word
}

export function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === 'operator' && token.text === text
}
