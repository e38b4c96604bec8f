/** Exit codes of the command line. Scripts rely on them. */
export const EXIT_CODES = {
  done: 0,
  /** The user's input is wrong: a schema, an argument, a row. */
  input: 1,
  /** The environment is: a port is taken, a folder not writable, another host runs. */
  environment: 2,
  /** The command refused to do it: a file would be overwritten. */
  declined: 3,
  /** `ocg diff` has found changes. No failure: it has done what it was asked. */
  changes: 4,
} as const

export type ExitReason = Exclude<keyof typeof EXIT_CODES, 'done' | 'changes'>

/** A failure that the user can do something about: a sentence, and what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly reason: ExitReason
  readonly hint: string | undefined

  constructor(
    reason: ExitReason,
    message: string,
    options?: { readonly hint?: string; readonly cause?: unknown },
  ) {
    super(message, options)
    this.reason = reason
    this.hint = options?.hint
  }
}
