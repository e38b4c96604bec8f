import type { Name, Span } from './ast.js'
import { isReserved } from './reservedWords.js'
import { TrinoSyntaxError } from './syntaxError.js'
import type { Token } from './tokens.js'

/** Deepest nesting of expressions and queries. Far below what fills a stack, far above what people write. */
const MAX_DEPTH = 200

/** Words that follow a column or relation and are not its alias, though they are not reserved. */
const NOT_ALIAS = ['LIMIT', 'OFFSET', 'FETCH', 'WINDOW', 'TABLESAMPLE', 'MATCH_RECOGNIZE']

/** A position in a list of tokens, with what a descending parser asks of it. */
export class TokenReader {
  private at = 0
  private depth = 0
  private readonly tokens: readonly Token[]
  private failure: TrinoSyntaxError | undefined
  private readonly seen = new Map<number, { readonly node: unknown; readonly end: number }>()

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  get position(): number {
    return this.at
  }

  /** Goes to a position, back or forth. */
  moveTo(position: number): void {
    this.at = position
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.at++
    return token
  }

  /** Whether the coming tokens are these words, which are in upper case. */
  isWords(...words: readonly string[]): boolean {
    return words.every((word, ahead) => {
      const token = this.peek(ahead)
      return token.kind === 'word' && token.text.toUpperCase() === word
    })
  }

  /** Whether the coming token is one of these words. */
  isOneOf(...words: readonly string[]): boolean {
    const token = this.peek()
    return token.kind === 'word' && words.includes(token.text.toUpperCase())
  }

  takeWords(...words: readonly string[]): boolean {
    if (!this.isWords(...words)) return false
    this.at += words.length
    return true
  }

  expectWord(word: string): Token {
    if (!this.isWords(word)) this.fail(word)
    return this.next()
  }

  isOperator(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'operator' && token.text === text
  }

  takeOperator(text: string): boolean {
    if (!this.isOperator(text)) return false
    this.at++
    return true
  }

  expectOperator(text: string): Token {
    if (!this.isOperator(text)) this.fail(text)
    return this.next()
  }

  /** Whether the token is a name: quoted, or a word that is not reserved. */
  isName(ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.text))
  }

  /** Whether the coming token is an alias without AS. */
  isBareAlias(): boolean {
    return this.isName() && !this.isOneOf(...NOT_ALIAS)
  }

  expectName(what = 'a name'): Name {
    if (!this.isName()) {
      const token = this.peek()
      if (token.kind === 'word') {
        const message = `${token.text} is a reserved word: as a name it is quoted, "${token.text}".`
        throw new TrinoSyntaxError(message, token.start, token.end)
      }
      this.fail(what)
    }
    const { text, start, end } = this.next()
    return { text, start, end }
  }

  /** Items with commas between them, at least one. */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.takeOperator(',')) items.push(item())
    return items
  }

  /** The span from a start to the end of the last token read. */
  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.tokens[this.at - 1]?.end ?? start) }
  }

  /** Runs a part of the parser one level deeper. */
  deeper<T>(part: () => T): T {
    if (this.depth >= MAX_DEPTH) {
      const { start, end } = this.peek()
      throw new TrinoSyntaxError(
        `The statement is nested deeper than ${MAX_DEPTH} levels, which is the limit.`,
        start,
        end,
      )
    }
    this.depth++
    try {
      return part()
    } finally {
      this.depth--
    }
  }

  /** Parses a part once: a second call at the same position gives the same node. One kind of part a reader. */
  once<T>(part: () => T): T {
    const start = this.at
    const seen = this.seen.get(start)
    if (seen) {
      this.at = seen.end
      return seen.node as T
    }
    const node = part()
    this.seen.set(start, { node, end: this.at })
    return node
  }

  /** Remembers why one reading of an ambiguous text failed. */
  noteFailure(failure: TrinoSyntaxError): void {
    if (!this.failure || failure.start > this.failure.start) this.failure = failure
  }

  /** The failure that lies furthest in the text, this one or a remembered one. */
  furthest(failure: TrinoSyntaxError): TrinoSyntaxError {
    return this.failure && this.failure.start > failure.start ? this.failure : failure
  }

  fail(expected: string): never {
    const token = this.peek()
    const found = token.kind === 'end' ? 'the end of the statement' : describe(token)
    throw new TrinoSyntaxError(`Found ${found} where ${expected} was expected.`, token.start, token.end)
  }

  refuse(message: string, token: Token = this.peek()): never {
    throw new TrinoSyntaxError(message, token.start, token.end)
  }
}

function describe(token: Token): string {
  if (token.kind === 'string') return `the text '${clip(token.text)}'`
  if (token.kind === 'quoted') return `"${clip(token.text)}"`
  return clip(token.text)
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
