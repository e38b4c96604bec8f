import type { StatementCode } from '../errors/statementCodes.js'
import type { Expression, Name, Query, Span } from './ast.js'
import { isReserved } from './reservedWords.js'
import { TrinoSyntaxError } from './syntaxError.js'
import type { Terminal } from './terminals.js'

/** The rules that all parts of the grammar lead back to: through these the files of the parts need no circle. */
export interface Grammar {
  query(reader: TokenReader): Query
  expression(reader: TokenReader): Expression
  value(reader: TokenReader): Expression
}

/** Deepest nesting of expressions and queries. Far below what fills a stack, far above what people write. */
const MAX_DEPTH = 200

/** Words that follow a column or relation and are not its alias, though they are not reserved. */
const NOT_ALIAS = ['LIMIT', 'OFFSET', 'FETCH', 'WINDOW', 'TABLESAMPLE', 'MATCH_RECOGNIZE']

/** Words between the parts of a statement, which nobody means as a name. */
const NEVER_MEANT = new Set(
  'SELECT FROM WHERE HAVING UNION INTERSECT EXCEPT AND OR NOT ON BY AS IN IS JOIN THEN WHEN USING WITH'.split(
    ' ',
  ),
)

/** A position in a list of tokens, with what a descending parser asks of it. */
export class TokenReader {
  private at = 0
  private depth = 0
  private readonly tokens: readonly Terminal[]
  private failure: TrinoSyntaxError | undefined
  private readonly failed = new Map<number, TrinoSyntaxError>()
  private readonly seen = new Map<number, { readonly node: unknown; readonly end: number }>()

  private readonly grammar: Grammar

  constructor(tokens: readonly Terminal[], grammar: Grammar) {
    this.tokens = tokens
    this.grammar = grammar
  }

  get position(): number {
    return this.at
  }

  /** Goes to a position, back or forth. */
  moveTo(position: number): void {
    this.at = position
  }

  peek(ahead = 0): Terminal {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Terminal
  }

  next(): Terminal {
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

  expectWord(word: string): Terminal {
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

  expectOperator(text: string): Terminal {
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
      if (this.isUnquotedName()) {
        const { text, start, end } = this.peek()
        const message = `${found(this.peek(), what)} As a name it is quoted: "${text}".`
        throw new TrinoSyntaxError(message, start, end, 'OCG2056')
      }
      this.fail(what)
    }
    const { text, start, end } = this.next()
    return { text, start, end }
  }

  /** Whether the coming token is a reserved word that may be meant as a name. */
  private isUnquotedName(): boolean {
    const token = this.peek()
    if (token.kind !== 'word') return false
    const clause = this.isWords('ORDER', 'BY') || this.isWords('GROUP', 'BY')
    return !clause && !NEVER_MEANT.has(token.text.toUpperCase())
  }

  query(): Query {
    return this.grammar.query(this)
  }

  expression(): Expression {
    return this.grammar.expression(this)
  }

  /** An expression without predicates, AND, OR and NOT. */
  value(): Expression {
    return this.grammar.value(this)
  }

  /** Names in parentheses. */
  nameList(): Name[] {
    this.expectOperator('(')
    const names = this.list(() => this.expectName())
    this.expectOperator(')')
    return names
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
        'The statement is nested too deeply.',
        start,
        end,
        'OCG2050',
        'Split it with WITH.',
      )
    }
    this.depth++
    try {
      return part()
    } finally {
      this.depth--
    }
  }

  /** Parses a part once: a second call at the same position gives the same node or failure. One kind of part a reader. */
  once<T>(part: () => T): T {
    const start = this.at
    const seen = this.seen.get(start)
    if (seen) {
      this.at = seen.end
      return seen.node as T
    }
    const failed = this.failed.get(start)
    if (failed) throw failed
    try {
      const node = part()
      this.seen.set(start, { node, end: this.at })
      return node
    } catch (error) {
      // Tried again at every level above it, a failure would take a time that doubles with each.
      if (error instanceof TrinoSyntaxError) this.failed.set(start, error)
      throw error
    }
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
    const { start, end } = this.peek()
    throw new TrinoSyntaxError(found(this.peek(), expected), start, end)
  }

  /** Fails for something that statements do not have. Default: at the coming token, with the code OCG2055. */
  refuse(message: string, at: Span = this.peek(), code: StatementCode = 'OCG2055', hint?: string): never {
    throw new TrinoSyntaxError(message, at.start, at.end, code, hint)
  }
}

function found(token: Terminal, expected: string): string {
  return `Found ${describe(token)} where ${expected} was expected.`
}

function describe(token: Terminal): string {
  if (token.kind === 'end') return 'the end of the statement'
  if (token.kind === 'string') return `the text '${clip(token.text)}'`
  if (token.kind === 'quoted') return `"${clip(token.text)}"`
  return clip(token.text)
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
