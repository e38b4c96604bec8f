import { GraphQLError, Lexer, Source, TokenKind } from 'graphql'
import type { SourceText } from '../errors/sourceText.js'
import type { Report } from './report.js'
import { syntaxMessage } from './syntaxMessage.js'

/** A token that counts: no comment, no white space. Offsets are those of the whole file. */
export interface SchemaToken {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** Text of a name; empty for other kinds. */
  readonly name: string
}

export interface TokenScan {
  readonly tokens: readonly SchemaToken[]
  /** The text with everything blanked that is no token, so that offsets stay. */
  readonly text: string
  /** Offsets of what was blanked. */
  readonly bad: readonly number[]
  /** Whether the rest of the file after the last bad offset was not read. */
  readonly truncated: boolean
}

/** Most characters of a file that are reported as no token; past them the rest of the file is not read. */
const MAX_BAD = 50

/**
 * Reads a file's tokens with graphql-js's lexer. What is no token is reported, blanked and skipped. Never throws.
 */
export function scanTokens(source: SourceText, report: Report): TokenScan {
  const tokens: SchemaToken[] = []
  const bad: number[] = []
  let text = source.text
  let from = 0
  for (;;) {
    const failure = scanFrom(text, from, tokens)
    if (failure === undefined) return { tokens, text, bad, truncated: false }
    const { offset, message, unterminated } = failure
    const start = unterminated ? stringStart(text, tokens.at(-1)?.end ?? 0) : offset
    report.error('OCG1001', { source, offset: start, length: 1 }, message)
    bad.push(start)
    const wholeRest = unterminated && text.startsWith('"""', start)
    if (wholeRest || bad.length >= MAX_BAD)
      return { tokens, text: text.slice(0, start), bad, truncated: true }
    const end = unterminated ? beforeBrackets(text, start, offset) : start + 1
    text = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end)
    from = end
  }
}

/** The end of a string that lacks its quotation mark: brackets at the end of the line are hardly meant to be in it. */
function beforeBrackets(text: string, start: number, end: number): number {
  let at = end
  while (at > start + 1 && ')}] \t'.includes(text[at - 1] as string)) at--
  return at
}

/** Adds the tokens from an offset on; stops at what is no token and says where. */
function scanFrom(text: string, from: number, tokens: SchemaToken[]) {
  const lexer = new Lexer(new Source(from === 0 ? text : text.slice(from)))
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      const name = token.kind === TokenKind.NAME ? token.value : ''
      tokens.push({ kind: token.kind, start: from + token.start, end: from + token.end, name })
    }
    return undefined
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const offset = Math.min(from + (error.positions?.[0] ?? 0), text.length)
    return {
      offset,
      message: syntaxMessage(error),
      unterminated: error.message.includes('Unterminated string'),
    }
  }
}

/** Where the string begins that has no end: the first quotation mark after the last token that is in no comment. */
function stringStart(text: string, from: number): number {
  let offset = from
  while (offset < text.length && text[offset] !== '"') {
    if (text[offset] === '#') {
      while (offset < text.length && text[offset] !== '\n' && text[offset] !== '\r') offset++
    } else offset++
  }
  return Math.min(offset, Math.max(text.length - 1, 0))
}
