import { setTimeout as sleep } from 'node:timers/promises'
import { SqlError } from '../../../ports/sqlEngine.js'

/** Waits between the tries of a throttled call, in milliseconds. The SDK has tried a few times before each. */
const WAITS_MS = [200, 400, 800]

const THROTTLED = new Set(['TooManyRequestsException', 'ThrottlingException', 'RequestLimitExceeded'])

/**
 * Makes one call of Athena. One that is throttled is made again, as long as `deadline` (milliseconds since 1970)
 * allows; what remains is thrown as `SqlError` with `unavailable`, as are faults of Athena and of the network. Other
 * refusals pass as they are: `InvalidRequestException` is the caller's to read, and a missing permission is no matter of
 * trying again but of somebody's attention.
 */
export async function athenaCall<T>(
  call: () => Promise<T>,
  { now, deadline = Number.POSITIVE_INFINITY }: { readonly now: () => number; readonly deadline?: number },
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      if (nameOf(error) === 'AbortError' || isRefusal(error)) throw error
      const wait = WAITS_MS[attempt]
      if (!THROTTLED.has(nameOf(error)) || wait === undefined || now() + wait > deadline) {
        throw new SqlError('unavailable', 'SQL is not available at the moment. Try again shortly.', {
          cause: error,
        })
      }
      // Callers that were throttled together should not come back together.
      await sleep(wait * (0.5 + Math.random()))
    }
  }
}

/** Whether Athena refused a request as it stands: an unknown execution, a statement that it can't read. */
export function isInvalidRequest(error: unknown): error is Error {
  return nameOf(error) === 'InvalidRequestException'
}

/** Whether Athena answered that it never will do this, rather than that it can't now. */
function isRefusal(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode ?? 0
  return isInvalidRequest(error) || (status >= 400 && status < 500 && !THROTTLED.has(nameOf(error)))
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}
