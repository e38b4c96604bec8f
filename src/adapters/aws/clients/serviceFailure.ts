import { StoreError } from '../../../ports/storeError.js'

/** A failure of S3 or SQS in the words of the ports. `service` is named in the message: `The object store`. */
export function serviceFailure(error: unknown, service: string): StoreError {
  if (error instanceof StoreError) return error
  return isThrottled(error)
    ? new StoreError('throttled', `${service} takes no more requests for now.`, { cause: error })
    : new StoreError('unavailable', `${service} is not available.`, { cause: error })
}

function isThrottled(error: unknown): boolean {
  const { name, $retryable, $metadata } = error as {
    readonly name?: string
    readonly $retryable?: { readonly throttling?: boolean }
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode
  return $retryable?.throttling === true || THROTTLED.test(name ?? '') || status === 429 || status === 503
}

/** `SlowDown` of S3, `RequestThrottled` and `OverLimit` of SQS, `KmsThrottled` of both, and what all services say. */
const THROTTLED = /throttl|^SlowDown$|^OverLimit$|^TooManyRequests|^RequestLimitExceeded$/i
