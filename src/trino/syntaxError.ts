import type { StatementCode } from '../errors/statementCodes.js'

/** A text that is not a statement of the dialect. `message` is a full sentence for the statement's author. */
export class TrinoSyntaxError extends Error {
  override readonly name = 'TrinoSyntaxError'
  /** UTF-16 offsets of the piece that is wrong; `end` is exclusive. */
  readonly start: number
  readonly end: number
  /** OCG2050 for what no grammar takes, OCG2055 for what this project does not run, OCG2056 for an unquoted reserved word. */
  readonly code: StatementCode
  readonly hint: string | undefined

  constructor(message: string, start: number, end: number, code: StatementCode = 'OCG2050', hint?: string) {
    super(message)
    this.start = start
    this.end = end
    this.code = code
    this.hint = hint
  }
}
