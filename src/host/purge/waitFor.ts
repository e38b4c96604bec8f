import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../errors/appError.js'

const LOOK_MS = 20
/** SQL is behind by milliseconds, or by minutes after much was loaded. */
const PATIENCE_MS = 15 * 60_000

/** Waits until something is so. Throws `Timeout` with what is not, after a quarter of an hour; the signal's reason. */
export async function waitFor(
  whatIsNot: string,
  signal: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const giveUp = Date.now() + PATIENCE_MS
  while (!(await isSo())) {
    signal.throwIfAborted()
    if (Date.now() > giveUp) {
      throw new AppError('Timeout', `${whatIsNot} for 15 minutes. Run the same command again later.`)
    }
    await sleep(LOOK_MS)
  }
}
