import type { GraphQLError } from 'graphql'

/** graphql-js's message of a syntax error as a sentence of ours. */
export function syntaxMessage(error: GraphQLError): string {
  const text = error.message.replace(/^Syntax Error: /, '').replace(/\.$/, '')
  return `Syntax error: ${text.slice(0, 1).toLowerCase()}${text.slice(1)}${text.endsWith('?') ? '' : '.'}`
}
