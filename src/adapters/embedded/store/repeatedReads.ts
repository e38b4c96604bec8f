import { StoreError } from '../../../ports/storeError.js'
import type { Committer } from './committer.js'

/**
 * Makes reads that are done once more when they meet an environment that LMDB has given up because a commit failed: it is
 * mended in the turn in which that commit is, some milliseconds later. Such reads reject with `StoreError` `unavailable`
 * when the second time is no better.
 */
export function repeatedReads(committer: Committer) {
  return <Args extends readonly unknown[], Result>(read: (...args: Args) => Result) =>
    (...args: Args): Promise<Result> => {
      try {
        return Promise.resolve(read(...args))
      } catch (error) {
        return isGivenUp(error) ? readAgain(committer, () => read(...args)) : Promise.reject(error)
      }
    }
}

/** For a read that can't wait: the same failure at the first time. */
export function soundRead<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    throw isGivenUp(cause) ? unavailable(cause) : cause
  }
}

async function readAgain<Result>(committer: Committer, read: () => Result): Promise<Result> {
  // Writes nothing, and comes after the commit that is under way.
  await committer.run(() => undefined).catch(() => undefined)
  return soundRead(read)
}

function unavailable(cause: unknown): StoreError {
  return new StoreError('unavailable', 'The store could not be read after a failed commit.', { cause })
}

/** LMDB tells it by a text; its number is at times that of another failure. */
function isGivenUp(error: unknown): boolean {
  return error instanceof Error && /MDB_PANIC|closed database/.test(error.message)
}
