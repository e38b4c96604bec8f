/**
 * A statement that Trino would refuse, or whose answer here could differ from Athena's. `message` is a full sentence for
 * the statement's author, and safe to show.
 */
export class TranslateError extends Error {
  override readonly name = 'TranslateError'
  /** UTF-16 offsets of the piece that is wrong; `end` is exclusive. */
  readonly start: number
  readonly end: number

  constructor(message: string, span: { readonly start: number; readonly end: number }) {
    super(message)
    this.start = span.start
    this.end = span.end
  }
}
