import { AppError } from '../../../errors/appError.js'

/** Kept of a function's time for its answer, in milliseconds; of a very short time half. */
const RESERVED_MS = 1000

export interface Deadline {
  /** Fires shortly before the end of the function, so that what waits gives up and it can still answer. */
  readonly signal: AbortSignal
  remainingMs(): number
  /** The outcome of some work, or `Timeout` when the work does not heed the signal either. */
  bound<T>(work: Promise<T>): Promise<T>
  /** Ends the timers. */
  clear(): void
}

/** Watches over the time of one invocation; `remainingMs` is what Lambda says of it. */
export function startDeadline(remainingMs: () => number): Deadline {
  const left = remainingMs()
  const reserved = Math.min(RESERVED_MS, left / 2)
  const controller = new AbortController()
  const soft = setTimeout(() => controller.abort(timedOut()), left - reserved)
  let hard: NodeJS.Timeout | undefined
  return {
    signal: controller.signal,
    remainingMs,
    bound(work) {
      const end = new Promise<never>((_resolve, reject) => {
        hard = setTimeout(() => reject(timedOut()), remainingMs() - reserved / 2)
      })
      return Promise.race([work, end])
    },
    clear() {
      clearTimeout(soft)
      clearTimeout(hard)
    },
  }
}

export function timedOut(): AppError {
  return new AppError('Timeout', 'The answer took too long: try again.')
}
