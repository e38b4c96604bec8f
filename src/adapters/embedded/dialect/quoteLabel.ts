import { quoteIdentifier } from './ddl.js'
import { TranslateError } from './translateError.js'

export function quoteLabel(label: string, span: { start: number; end: number }): string {
  if (label.includes('\0')) throw new TranslateError('A name must not hold a NUL character.', span)
  return quoteIdentifier(label)
}
