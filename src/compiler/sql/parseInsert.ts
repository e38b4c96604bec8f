import type { Token } from '../../trino/lex.js'
import { isOperator, isWord } from './pieces.js'
import { problemAt, type Span, type SqlProblem } from './problem.js'

/** An INSERT as written, before anything of it is looked up. */
export interface InsertTree {
  readonly table: Named
  readonly columns: readonly InsertColumn[]
  readonly values: readonly InsertExpression[]
  /** Place of VALUES: where a wrong number of values is reported. */
  readonly valuesAt: Span
}

export interface Named extends Span {
  readonly name: string
}

export interface InsertColumn extends Named {
  readonly type: Named
  readonly nonNull: boolean
}

export type InsertExpression = Span &
  (
    | { readonly kind: 'argument'; readonly name: string }
    | { readonly kind: 'constant'; readonly value: string | number | boolean | null; readonly text: string }
  )

/**
 * Parses `INSERT INTO $join_table(t) (column:Type, …) VALUES (value, …)`. It stops at the first token that does not
 * fit: what follows it would be a guess.
 */
export function parseInsert(tokens: readonly Token[], end: number): InsertTree | SqlProblem {
  const parser = new InsertParser(tokens, end)
  try {
    return parser.insert()
  } catch (error) {
    if (error instanceof Unexpected) return error.problem
    throw error
  }
}

class Unexpected extends Error {
  constructor(readonly problem: SqlProblem) {
    super(problem.message)
  }
}

class InsertParser {
  private at = 0

  constructor(
    private readonly tokens: readonly Token[],
    /** Offset behind the last character of the statement. */
    private readonly textEnd: number,
  ) {}

  insert(): InsertTree {
    this.word('INSERT')
    this.word('INTO')
    const table = this.joinTable()
    if (!isOperator(this.peek(), '(')) {
      this.fail(
        'the columns in parentheses',
        'Name each column and its type: (userId:User, productId:Product).',
      )
    }
    const columns = this.list(() => this.column())
    const values = this.peek() as Token
    if (isWord(values, 'SELECT') || isWord(values, 'WITH')) {
      this.fail(
        'VALUES',
        'An INSERT makes one relation from the values of its arguments; it cannot read a table.',
      )
    }
    this.word('VALUES')
    const row = this.list(() => this.value())
    if (isOperator(this.peek(), ',')) {
      this.fail(
        'the end of the statement',
        'An INSERT makes exactly one relation. Call the mutation once for each.',
      )
    }
    if (isOperator(this.peek(), ';')) this.at += 1
    if (this.peek()) this.fail('the end of the statement')
    return { table, columns, values: row, valuesAt: values }
  }

  private joinTable(): Named {
    const token = this.peek()
    if (token?.kind === 'joinTable') {
      this.at += 1
      return { name: token.value, start: token.start, end: token.end }
    }
    const name = token?.kind === 'identifier' || token?.kind === 'quotedIdentifier' ? token.value : 'name'
    return this.fail('$join_table(name)', `Rows are inserted into join tables only: $join_table(${name}).`)
  }

  private column(): InsertColumn {
    const name = this.name('the name of a column')
    if (!isOperator(this.peek(), ':')) {
      this.fail(
        '":" and the type of the column',
        `Write ${name.name}:User for an entity, ${name.name}:Int for a plain column.`,
      )
    }
    this.at += 1
    const type = this.name('the name of a type')
    const nonNull = isOperator(this.peek(), '!')
    if (nonNull) this.at += 1
    return { ...name, type, nonNull }
  }

  private value(): InsertExpression {
    const token = this.peek()
    if (!token) return this.fail('a value')
    const span = { start: token.start, end: token.end }
    if (token.kind === 'argument') {
      this.at += 1
      return { kind: 'argument', name: token.value, ...span }
    }
    if (token.kind === 'string') {
      const [placeholder] = token.placeholders
      if (placeholder) {
        this.fail(
          'a value',
          `An INSERT takes an argument as it is: write $args.${placeholder.name} without quotes.`,
        )
      }
      this.at += 1
      return { kind: 'constant', value: token.value, text: token.text, ...span }
    }
    if (token.kind === 'number') {
      this.at += 1
      return { kind: 'constant', value: Number(token.text), text: token.text, ...span }
    }
    if (isOperator(token, '-') || isOperator(token, '+')) {
      this.at += 1
      const number = this.peek()
      if (number?.kind !== 'number') return this.fail('a number')
      this.at += 1
      const text = token.text === '-' ? `-${number.text}` : number.text
      return { kind: 'constant', value: Number(text), text, start: token.start, end: number.end }
    }
    for (const [word, value] of CONSTANTS) {
      if (!isWord(token, word)) continue
      this.at += 1
      return { kind: 'constant', value, text: token.text, ...span }
    }
    return this.fail(
      'a value',
      'A value is an argument ($args.name), a text in single quotes, a number, true, false or null.',
    )
  }

  private list<Item>(item: () => Item): Item[] {
    this.operator('(')
    const items = [item()]
    while (isOperator(this.peek(), ',')) {
      this.at += 1
      items.push(item())
    }
    if (!isOperator(this.peek(), ')')) this.fail('"," or ")"')
    this.at += 1
    return items
  }

  private name(what: string): Named {
    const token = this.peek()
    if (token?.kind !== 'identifier') return this.fail(what)
    this.at += 1
    return { name: token.value, start: token.start, end: token.end }
  }

  private word(word: string): void {
    if (!isWord(this.peek(), word)) this.fail(word)
    this.at += 1
  }

  private operator(text: string): void {
    if (!isOperator(this.peek(), text)) this.fail(`"${text}"`)
    this.at += 1
  }

  private peek(): Token | undefined {
    return this.tokens[this.at]
  }

  private fail(expected: string, hint?: string): never {
    const token = this.peek()
    const found = token ? `found ${shown(token)}` : 'the statement ends'
    const span = token ?? { start: Math.max(0, this.textEnd - 1), end: this.textEnd }
    throw new Unexpected(
      problemAt(
        span,
        'OCG2030',
        `Expected ${expected}, but ${found}.`,
        hint ??
          'The form is INSERT INTO $join_table(t) (userId:User, rating:Int) VALUES ($args.userId, $args.rating).',
      ),
    )
  }
}

const CONSTANTS = [
  ['TRUE', true],
  ['FALSE', false],
  ['NULL', null],
] as const

function shown(token: Token): string {
  return token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text
}
