/** A text that is not a statement of the dialect. `message` is a full sentence for the statement's author. */
export class TrinoSyntaxError extends Error {
  override readonly name = 'TrinoSyntaxError'
  /** UTF-16 offsets of the piece that is wrong; `end` is exclusive. */
  readonly start: number
  readonly end: number

  constructor(message: string, start: number, end: number) {
    super(message)
    this.start = start
    this.end = end
  }
}
