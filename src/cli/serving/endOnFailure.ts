import type { Logger } from '../../ports/system.js'

/**
 * Ends this process when something throws that nobody catches: it is logged, and whoever supervises the process starts it
 * again; nothing that was acknowledged is lost. By a signal, because `process.exit` waits for the store's thread, which
 * waits for ours when that happens amid a commit, and for a disk that doesn't answer.
 */
export function endOnFailure(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.error('The host has failed and ends; start it again', { error })
    endNow()
  })
}

/** Ends this process when the store says that it should. */
export function endOnDamage(log: Logger): (error: Error) => void {
  return (error) => {
    log.error(
      'The disk has failed amid a write, so the host ends: see that the disk is well, and start it again',
      {
        error,
      },
    )
    endNow()
  }
}

/** Ends this process at once, whatever it does. */
export function endNow(): void {
  process.kill(process.pid, 'SIGKILL')
}
