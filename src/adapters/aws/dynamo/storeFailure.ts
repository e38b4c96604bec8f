import { StoreError } from '../../../ports/storeError.js'

/** What DynamoDB says of a failure. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $retryable?: { readonly throttling?: boolean }
}

/** A failure of DynamoDB, in the words of the port. One that is in them already stays. */
export function storeFailure(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const failure = asFailure(error)
  if (isTooLarge(failure.message)) return itemTooLarge(error)
  if (THROTTLED.has(failure.name) || failure.$retryable?.throttling) return throttled(error)
  return new StoreError('unavailable', 'The table is not available.', { cause: error })
}

export function itemTooLarge(cause: unknown): StoreError {
  return new StoreError('itemTooLarge', 'The item is larger than 400 KB.', { cause })
}

export function throttled(cause: unknown): StoreError {
  return new StoreError('throttled', 'The table takes no more requests for now.', { cause })
}

export function asFailure(error: unknown): Failure {
  return error instanceof Error ? error : { name: '', message: String(error) }
}

/** DynamoDB has no code of its own for it: it's a `ValidationException`. */
export function isTooLarge(message: string | undefined): boolean {
  return /item size (to update )?has exceeded the maximum/i.test(message ?? '')
}

/** True when a request may have been carried out although it failed: no answer came, or one of a broken server. */
export function mayHaveHappened(error: unknown): boolean {
  const status = asFailure(error).$metadata?.httpStatusCode
  return status === undefined || status >= 500
}

/** Codes of DynamoDB that say "later", with those of conflicts that lasted. */
export const THROTTLED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottlingError',
  'TransactionConflictException',
  'TransactionConflict',
  'TransactionInProgressException',
])
