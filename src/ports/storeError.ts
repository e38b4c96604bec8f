export type StoreFailure = 'itemTooLarge' | 'throttled' | 'unavailable'

/** A failure of a port that has nothing to do with conditions. The runtime translates it for clients. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly failure: StoreFailure

  constructor(failure: StoreFailure, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.failure = failure
  }
}
