import type { ErrorCode } from './codes.js'

/**
 * A failure at run time whose message is safe to show to a client.
 *
 * Anything else that is thrown is a bug or an outage: clients see `Internal` and no detail of it.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** States what the code relies on; a failure is a bug of ours, never of the user's. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`)
}
