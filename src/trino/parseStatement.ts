import type { Query } from './ast.js'
import { parseQuery } from './parseQuery.js'
import { TrinoSyntaxError } from './syntaxError.js'
import { TokenReader } from './tokenReader.js'
import { tokenize } from './tokens.js'

/**
 * Parses one SELECT in Trino's dialect, the whole text.
 *
 * What the grammar of the dialect has and this project does not run (MATCH_RECOGNIZE, TABLESAMPLE, table functions, JSON
 * path functions) is refused by name. Throws `TrinoSyntaxError`.
 */
export function parseStatement(sql: string): Query {
  const reader = new TokenReader(tokenize(sql))
  try {
    const query = parseQuery(reader)
    if (reader.isOperator(';')) reader.refuse('A statement is one query, without a semicolon.')
    if (reader.peek().kind !== 'end') reader.fail('the end of the statement')
    return query
  } catch (error) {
    if (error instanceof TrinoSyntaxError) throw reader.furthest(error)
    throw error
  }
}
