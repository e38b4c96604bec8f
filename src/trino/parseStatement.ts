import type { Query } from './ast.js'
import { parseExpression, parseValue } from './parseExpression.js'
import { parseQuery } from './parseQuery.js'
import { TrinoSyntaxError } from './syntaxError.js'
import { readTerminals, type Terminal } from './terminals.js'
import { type Grammar, TokenReader } from './tokenReader.js'

const GRAMMAR: Grammar = { query: parseQuery, expression: parseExpression, value: parseValue }

/**
 * Parses one SELECT in Trino's dialect, the whole text.
 *
 * What the grammar of the dialect has and this project does not run (MATCH_RECOGNIZE, TABLESAMPLE, table functions, JSON
 * path functions) is refused by name. Throws `TrinoSyntaxError`.
 */
export function parseStatement(sql: string): Query {
  return parseTerminals(readTerminals(sql))
}

/** As `parseStatement`, of terminals that end with one of kind `end`. */
export function parseTerminals(terminals: readonly Terminal[]): Query {
  const reader = new TokenReader(terminals, GRAMMAR)
  try {
    const query = parseQuery(reader)
    if (reader.isOperator(';')) reader.refuse('A statement is one query, without a semicolon.')
    if (reader.isWords('FOR', 'UPDATE')) reader.refuse("Trino's SELECT has no FOR UPDATE.")
    if (reader.peek().kind !== 'end') reader.fail('the end of the statement')
    return query
  } catch (error) {
    if (error instanceof TrinoSyntaxError) throw reader.furthest(error)
    throw error
  }
}
