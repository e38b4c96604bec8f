import { setTimeout as sleep } from 'node:timers/promises'
import { asFailure } from './storeFailure.js'

export interface Backoff {
  /** Most tries, the first included. */
  readonly attempts: number
  readonly baseMs: number
  readonly capMs: number
}

/** For conflicts with other transactions, which last for milliseconds. In all at most about 6 seconds, half of it on average. */
export const CONFLICT_BACKOFF: Backoff = { attempts: 12, baseMs: 20, capMs: 800 }

/** A random wait, from none to one that doubles with each attempt ("full jitter"): whoever collided parts. */
export async function pause(attempt: number, { baseMs, capMs }: Backoff): Promise<void> {
  await sleep(Math.random() * Math.min(capMs, baseMs * 2 ** attempt))
}

/**
 * A single write again, while a transaction holds its item. DynamoDB has written nothing then, and the SDK does not
 * try again by itself.
 */
export async function retryConflicts<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run()
    } catch (error) {
      const conflict = asFailure(error).name === 'TransactionConflictException'
      if (!conflict || attempt >= CONFLICT_BACKOFF.attempts) throw error
      await pause(attempt, CONFLICT_BACKOFF)
    }
  }
}
