import type { Argument, TypeRef } from '../../model/types.js'
import type { Query } from '../../trino/ast.js'
import { lex, type Token } from '../../trino/lex.js'
import { parseTerminals } from '../../trino/parseStatement.js'
import { isReserved } from '../../trino/reservedWords.js'
import { TrinoSyntaxError } from '../../trino/syntaxError.js'
import { type Terminal, terminalsOf } from '../../trino/terminals.js'
import { unknownFunction } from './checkFunctions.js'
import { isSupportedFunction } from './functions.js'
import { isOperator, type Piece } from './pieces.js'
import { problemAt, type SqlProblem } from './problem.js'

export interface SyntaxTree {
  /** Undefined when the statement is none. */
  readonly query: Query | undefined
  readonly problems: readonly SqlProblem[]
}

/** Reserved words that are read as names, so that the rest of the statement is checked all the same. */
const MOST_FORGIVEN = 50

/**
 * Parses a statement with harmless literals in place of the arguments. All places in the tree are places in the text
 * that the user wrote. A reserved word where a name stands is a problem and is read as the name.
 */
export function parseTree(
  tokens: readonly Token[],
  pieces: readonly Piece[],
  args: readonly Argument[],
): SyntaxTree {
  const forgiven: SqlProblem[] = []
  let first: TrinoSyntaxError | undefined
  try {
    let terminals = statementTerminals(tokens, pieces, args)
    for (;;) {
      try {
        return { query: parseTerminals(terminals), problems: forgiven }
      } catch (error) {
        if (!(error instanceof TrinoSyntaxError)) throw error
        first ??= error
        if (error.code !== 'OCG2056' || forgiven.length >= MOST_FORGIVEN) throw error
        terminals = terminals.map((one) =>
          one.kind === 'word' && one.start === error.start ? { ...one, kind: 'quoted' } : one,
        )
        forgiven.push(reservedWord(tokens, error))
      }
    }
  } catch (error) {
    if (!(error instanceof TrinoSyntaxError)) throw error
    return { query: undefined, problems: [syntaxProblem(tokens, first ?? error)] }
  }
}

function statementTerminals(
  tokens: readonly Token[],
  pieces: readonly Piece[],
  args: readonly Argument[],
): Terminal[] {
  const types = new Map(args.map((argument) => [argument.name, argument.type]))
  const contexts = new Map(
    pieces.flatMap((piece) => (piece.kind === 'arg' ? [[piece.start, piece.context] as const] : [])),
  )
  const plain = tokens.flatMap((token, index): readonly Token[] => {
    const place = (text: string) =>
      lex(text).tokens.map((one) => ({ ...one, start: token.start, end: token.end }))
    if (token.kind === 'rewritten') return place(token.text)
    if (token.kind === 'joinTable') return place(`"${token.value}"`)
    if (token.kind !== 'argument') return [token]
    const listOfIn = contexts.get(token.start) === 'inList' && !isOperator(tokens[index - 1], '(')
    if (listOfIn) return place('(1)')
    if (contexts.get(token.start) === 'count') return place('1')
    return place(harmless(contexts.get(token.start) === 'inList' ? undefined : types.get(token.value)))
  })
  const last = tokens.at(-1) ?? { start: 0, end: 1 }
  return [...terminalsOf(plain), { kind: 'end', text: '', start: last.start, end: last.end }]
}

function harmless(type: TypeRef | undefined): string {
  if (type?.kind === 'list') return 'ARRAY[1]'
  return type?.kind === 'scalar' && ['Int', 'Float', 'AWSTimestamp'].includes(type.name) ? '1' : "'a'"
}

function reservedWord(tokens: readonly Token[], error: TrinoSyntaxError): SqlProblem {
  const word = tokens.find(({ start }) => start === error.start)?.text ?? ''
  const hint = `As a name it needs double quotes: "${word}".`
  return problemAt(error, 'OCG2056', `"${word}" is a reserved word of Trino.`, hint)
}

function syntaxProblem(tokens: readonly Token[], error: TrinoSyntaxError): SqlProblem {
  const at = tokens.findIndex(({ start }) => start === error.start)
  const token = tokens[at]
  if (token && isOperator(tokens[at + 1], '(') && error.code === 'OCG2055' && !isReserved(token.value)) {
    if (!isSupportedFunction(token.value)) return unknownFunction(token, token.value)
  }
  // Where the rest is wrong too, the word may have been meant as a part of the grammar.
  const code = error.code === 'OCG2056' ? 'OCG2050' : error.code
  return problemAt(error, code, error.message, error.hint)
}
