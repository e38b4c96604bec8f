import { type DefinitionNode, GraphQLError, parse, Source, TokenKind } from 'graphql'
import type { SourceText } from '../errors/sourceText.js'
import type { Report } from './report.js'
import { close, isClosing, isOpening, isString, type Piece } from './splitDefinitions.js'
import { syntaxMessage } from './syntaxMessage.js'
import type { SchemaToken } from './tokens.js'

/** A part of the schema that could not be read. */
export interface Damage {
  /** Name of the type that it belongs to; undefined when that is not known. */
  readonly type: string | undefined
  /** Names of the fields that are lost; undefined when nobody knows what is lost. */
  readonly fields: readonly string[] | undefined
}

interface PieceInput {
  readonly piece: Piece
  readonly source: SourceText
  /** The file's text without what is no token. */
  readonly text: string
  /** Offsets in the file of mistakes that have been reported. */
  readonly bad: readonly number[]
  /** Whether the file ends early, because of the last of them. */
  readonly truncated: boolean
}

/** One member of a definition's body: a field or an enum value with all that belongs to it. */
interface Member {
  readonly start: number
  readonly end: number
  readonly name: string | undefined
  /** The token to mark when something is missing. */
  readonly culprit: SchemaToken
  /** What is missing, as a sentence without its end; undefined when nothing seems to be. */
  readonly lacks: string | undefined
}

/** Most characters that are parsed again for the sake of further errors in one definition. */
const MAX_REPARSED = 20_000_000

/**
 * Parses one definition. A member with a syntax error is reported, blanked and left out, so that further errors are
 * found and the rest of the definition is read.
 */
export function parsePiece(
  input: PieceInput,
  report: Report,
): { definition?: DefinitionNode; damage?: Damage } {
  const { piece, source } = input
  const first = piece.tokens[0] as SchemaToken
  const base = first.start
  const end = (piece.tokens.at(-1) as SchemaToken).end
  const type = nameOf(piece.tokens)
  const members = membersOf(piece.tokens, input.text)
  const lost = new Set<Member>()
  let body = input.text.slice(base, end)
  let reported = false

  /** Gives up what is wrong at an offset; undefined when nothing new can be given up. */
  const lose = (offset: number): Member | undefined => {
    const at = members.findLastIndex(({ start }) => start <= offset)
    const before = members[at - 1]
    const member = before?.lacks !== undefined && !lost.has(before) ? before : members[at]
    if (!member || lost.has(member)) return undefined
    lost.add(member)
    return member
  }
  const outermost = piece.unclosed[0]
  if (outermost) {
    reported = true
    if (input.truncated) lose(end)
    else {
      const bracket = input.text[outermost.start] as string
      const message = `Syntax error: the "${bracket}" is never closed.`
      report.error('OCG1001', { source, offset: outermost.start, length: 1 }, message)
    }
    if (members.length === 0) body = body.slice(0, outermost.start - base)
    else body += [...piece.unclosed].reverse().map(closing).join('')
  }
  for (const offset of input.bad) {
    if (offset < base || offset > end) continue
    reported = true
    lose(offset)
  }

  for (let cost = 0; cost < MAX_REPARSED; cost += body.length + 1000) {
    const text = blank(body, base, members, lost)
    const parsed = new Source(text, source.file)
    try {
      const [definition] = parse(parsed).definitions
      report.register(parsed, source, base)
      const damage =
        lost.size > 0 || reported
          ? { type, fields: reported && lost.size === 0 ? undefined : namesOf(lost) }
          : undefined
      return { ...(definition ? { definition } : {}), ...(damage ? { damage } : {}) }
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      const offset = base + Math.min(error.positions?.[0] ?? 0, end - base)
      const repaired = lose(offset)
      // What was reported as never closed or as no token causes errors elsewhere in the same definition.
      if (repaired?.lacks !== undefined && repaired.end <= offset) {
        const { start, end: after } = repaired.culprit
        const place = { source, offset: start, length: after - start }
        report.error('OCG1001', place, `Syntax error: ${repaired.lacks}.`)
      } else if (repaired || !reported) {
        report.error(
          'OCG1001',
          { source, offset, length: lengthAt(piece.tokens, offset) },
          syntaxMessage(error),
        )
      }
      reported = true
      if (!repaired) break
    }
  }
  return { damage: { type, fields: undefined } }
}

/** The name that a definition gives to its type. */
function nameOf(tokens: readonly SchemaToken[]): string | undefined {
  const names = tokens.slice(0, 4).filter(({ kind }) => kind === TokenKind.NAME)
  const keyword = names[0]?.name === 'extend' ? 1 : 0
  return names[keyword + 1]?.name
}

function closing(token: SchemaToken): string {
  return token.kind === TokenKind.BRACE_L ? '}' : token.kind === TokenKind.PAREN_L ? ')' : ']'
}

function membersOf(tokens: readonly SchemaToken[], text: string): Member[] {
  const starts: number[] = []
  const names = tokens.filter(({ kind }) => kind === TokenKind.NAME).slice(0, 2)
  const isEnum = names[names[0]?.name === 'extend' ? 1 : 0]?.name === 'enum'
  const open: SchemaToken[] = []
  /** Lists without an end, by the member that they are in. */
  const unclosed = new Map<number, SchemaToken>()
  let last = tokens.length
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as SchemaToken
    if (isOpening(token)) open.push(token)
    else if (isClosing(token)) {
      close(open, token)
      if (open.length === 0 && token.kind === TokenKind.BRACE_R) last = index
    } else {
      // A list type holds no field, so what seems to be a field in one says that its end is missing.
      if (open[1]?.kind === TokenKind.BRACKET_L && startsField(tokens, index)) {
        unclosed.set(starts.length - 1, open[1])
        open.length = 1
      }
      const inBody = open.length === 1 && open[0]?.kind === TokenKind.BRACE_L
      if (inBody && startsMember(tokens, index, isEnum, text)) starts.push(index)
    }
  }
  return starts.map((start, index) => {
    const own = tokens.slice(start, starts[index + 1] ?? Math.max(last, start + 1))
    const tail = own.at(-1) as SchemaToken
    const list = unclosed.get(index)
    return {
      start: (tokens[start] as SchemaToken).start,
      end: tail.end,
      name: own.find(({ kind }) => kind === TokenKind.NAME)?.name,
      culprit: list ?? tail,
      lacks: list ? 'the "[" is never closed' : LACKS.get(tail.kind),
    }
  })
}

/** A member that ends with one of these lacks something, which the parser finds out at the next member. */
const LACKS = new Map<TokenKind, string>([
  [TokenKind.COLON, 'a type is missing after ":"'],
  [TokenKind.EQUALS, 'a value is missing after "="'],
  [TokenKind.AT, 'a name is missing after "@"'],
  [TokenKind.STRING, 'a field or value is missing after this description'],
  [TokenKind.BLOCK_STRING, 'a field or value is missing after this description'],
])

function startsMember(tokens: readonly SchemaToken[], index: number, isEnum: boolean, text: string): boolean {
  const [previous, token] = [tokens[index - 1], tokens[index]]
  if (!previous || !token || isString(previous) || previous.kind === TokenKind.AT) return false
  if (isString(token)) return true
  if (token.kind !== TokenKind.NAME) return false
  if (isEnum || previous.kind === TokenKind.BRACE_L) return true
  if (startsField(tokens, index)) return true
  return !LACKS.has(previous.kind) && /[\r\n]/.test(text.slice(previous.end, token.start))
}

/** Whether a name stands before a colon or a parenthesis. */
function startsField(tokens: readonly SchemaToken[], index: number): boolean {
  const next = tokens[index + 1]?.kind
  return tokens[index]?.kind === TokenKind.NAME && (next === TokenKind.COLON || next === TokenKind.PAREN_L)
}

/** The text with the lost members blanked; without a body when no member is left, since a body is never empty. */
function blank(body: string, base: number, members: readonly Member[], lost: ReadonlySet<Member>): string {
  if (lost.size === 0) return body
  if (lost.size === members.length)
    return body.slice(0, body.lastIndexOf('{', (members[0] as Member).start - base))
  let text = ''
  let from = 0
  for (const { start, end } of members.filter((member) => lost.has(member))) {
    text += body.slice(from, start - base) + body.slice(start - base, end - base).replace(/[^\r\n]/g, ' ')
    from = end - base
  }
  return text + body.slice(from)
}

function namesOf(lost: ReadonlySet<Member>): readonly string[] | undefined {
  const names = [...lost].map(({ name }) => name)
  return names.every((name) => name !== undefined) ? names : undefined
}

function lengthAt(tokens: readonly SchemaToken[], offset: number): number {
  const token = tokens.find(({ start }) => start === offset)
  return token ? token.end - token.start : 1
}
