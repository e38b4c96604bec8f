import { TokenKind } from 'graphql'
import type { SchemaToken } from './tokens.js'

/** The tokens of one top-level definition, or of something between two that is none. */
export interface Piece {
  readonly tokens: readonly SchemaToken[]
  /** Brackets that are opened and never closed, outermost first. */
  readonly unclosed: readonly SchemaToken[]
}

/**
 * Splits a file at its top-level definitions, so that a syntax error in one does not hide the others. A definition
 * that starts before the one above it is closed ends that one.
 */
export function splitDefinitions(tokens: readonly SchemaToken[], text: string): Piece[] {
  const pieces: Piece[] = []
  let current: SchemaToken[] = []
  let open: SchemaToken[] = []
  const cut = () => {
    if (current.length > 0) pieces.push({ tokens: current, unclosed: open })
    current = []
    open = []
  }
  tokens.forEach((token, index) => {
    const starts =
      open.length === 0 ? startsDefinition(tokens, index, current) : startsInside(tokens, index, text)
    if (starts) cut()
    current.push(token)
    if (isOpening(token)) open.push(token)
    else if (isClosing(token)) {
      const wasOpen = open.length > 0
      close(open, token)
      if (wasOpen && open.length === 0 && token.kind === TokenKind.BRACE_R) cut()
    }
  })
  cut()
  return pieces
}

const KEYWORDS = new Set([
  'type',
  'enum',
  'input',
  'interface',
  'union',
  'scalar',
  'directive',
  'schema',
  'extend',
  'query',
  'mutation',
  'subscription',
  'fragment',
])

/** After these a keyword is an ordinary name. */
const NAME_FOLLOWS = new Set<TokenKind>([
  TokenKind.AT,
  TokenKind.EQUALS,
  TokenKind.PIPE,
  TokenKind.AMP,
  TokenKind.COLON,
])

export function isOpening({ kind }: SchemaToken): boolean {
  return kind === TokenKind.BRACE_L || kind === TokenKind.PAREN_L || kind === TokenKind.BRACKET_L
}

export function isClosing({ kind }: SchemaToken): boolean {
  return kind === TokenKind.BRACE_R || kind === TokenKind.PAREN_R || kind === TokenKind.BRACKET_R
}

export function isString({ kind }: SchemaToken): boolean {
  return kind === TokenKind.STRING || kind === TokenKind.BLOCK_STRING
}

const PARTNER: Partial<Record<TokenKind, TokenKind>> = {
  [TokenKind.BRACE_R]: TokenKind.BRACE_L,
  [TokenKind.PAREN_R]: TokenKind.PAREN_L,
  [TokenKind.BRACKET_R]: TokenKind.BRACKET_L,
}

/** Closes the innermost bracket of the token's kind and with it what is open inside. */
export function close(open: SchemaToken[], token: SchemaToken): void {
  const kind = PARTNER[token.kind]
  const index = open.findLastIndex((one) => one.kind === kind)
  if (index >= 0) open.length = index
}

/** Whether a definition starts at a token outside of all brackets. */
function startsDefinition(
  tokens: readonly SchemaToken[],
  index: number,
  current: readonly SchemaToken[],
): boolean {
  if (current.length === 0) return true
  const token = tokens[index] as SchemaToken
  if (isString(token)) return true
  if (!KEYWORDS.has(token.name)) return false
  const previous = current.at(-1) as SchemaToken
  if (NAME_FOLLOWS.has(previous.kind) || previous.name === 'implements' || previous.name === 'on')
    return false
  // The keyword after a description or after `extend` belongs to the same definition; one after a keyword is a name.
  const [first, second] = current
  const lead = first && isString(first) ? 1 : 0
  if (current.length === lead) return false
  if (current.length === lead + 1) return !KEYWORDS.has((lead ? second : first)?.name ?? '')
  return !(current.length === lead + 2 && current[lead]?.name === 'extend')
}

/** Whether what comes can only be a new definition although brackets are open: the one above lacks its end. */
function startsInside(tokens: readonly SchemaToken[], index: number, text: string): boolean {
  const token = tokens[index] as SchemaToken
  if (!KEYWORDS.has(token.name)) return false
  const [next, afterNext] = [tokens[index + 1], tokens[index + 2]]
  const atMargin = token.start === 0 || text[token.start - 1] === '\n' || text[token.start - 1] === '\r'
  switch (token.name) {
    case 'type':
    case 'enum':
    case 'input':
    case 'interface':
      if (next?.kind !== TokenKind.NAME || afterNext === undefined) return false
      if (afterNext.kind === TokenKind.BRACE_L || afterNext.name === 'implements') return true
      return atMargin && afterNext.kind === TokenKind.AT
    case 'union':
      return next?.kind === TokenKind.NAME && afterNext?.kind === TokenKind.EQUALS
    case 'scalar':
      return atMargin && next?.kind === TokenKind.NAME
    case 'directive':
      return atMargin && next?.kind === TokenKind.AT
    case 'schema':
      return atMargin && next?.kind === TokenKind.BRACE_L
    case 'extend':
      return atMargin && next !== undefined && KEYWORDS.has(next.name)
    default:
      return false
  }
}
