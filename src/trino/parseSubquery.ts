import type { Query } from './ast.js'
import type { TokenReader } from './tokenReader.js'

/** Whether a query begins at the token so far ahead, parentheses before it left out. */
export function startsQuery(reader: TokenReader, ahead: number): boolean {
  let at = ahead
  while (reader.isOperator('(', at)) at++
  const token = reader.peek(at)
  return token.kind === 'word' && ['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(token.text.toUpperCase())
}

/** Reads `(query)`. What it gave at a position is kept, so that going back costs nothing. */
export function parseSubquery(reader: TokenReader): Query {
  return reader.once(() => {
    reader.expectOperator('(')
    const query = reader.query()
    reader.expectOperator(')')
    return query
  })
}
