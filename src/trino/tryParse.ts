import { TrinoSyntaxError } from './syntaxError.js'
import type { TokenReader } from './tokenReader.js'

/**
 * Parses one reading of an ambiguous text, or goes back to where it began and gives undefined. A failure past the
 * other reading's is remembered by the reader, so that the message is about the reading that got furthest.
 */
export function tryParse<T>(reader: TokenReader, part: () => T): T | undefined {
  const start = reader.position
  try {
    return part()
  } catch (error) {
    if (!(error instanceof TrinoSyntaxError)) throw error
    reader.moveTo(start)
    reader.noteFailure(error)
    return undefined
  }
}
