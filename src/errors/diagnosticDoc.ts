/** What the documentation says about one code. Plain sentences; `example` is schema text with the mistake in it. */
export interface DiagnosticDoc {
  /** A few words: the heading of `docs/errors/<code>.md`. */
  readonly title: string
  /** What the code means and why the rule exists. */
  readonly explanation: string
  readonly example?: string
  /** What to do about it. */
  readonly fix: string
}
