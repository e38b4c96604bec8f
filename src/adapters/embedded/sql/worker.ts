import { invariant } from '../../../errors/appError.js'
import { lowerPriority } from './lowerPriority.js'
import type { FromWorker, ToWorker } from './protocol.js'
import { openWorker, type Worker } from './sqlWorker.js'

/**
 * Entry of the child process that runs DuckDB. It lives only as long as its parent: when the channel breaks, it ends
 * at once, amid whatever it does; the image stands that.
 */
lowerPriority()

let worker: Promise<Worker> | undefined

process.on('disconnect', endNow)
// The parent decides when to end: a signal to the whole group must not stop work that it still waits for.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

process.on('message', (message: ToWorker) => {
  if (message.kind === 'open') {
    worker = openWorker(message, send, fail)
    worker.catch(fail)
    return
  }
  invariant(worker, 'the first message opens the worker')
  worker.then((opened) => opened.handle(message), fail)
})

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}

/** The parent starts another one. */
function fail(error: unknown): void {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const message = {
    kind: 'log',
    level: 'error',
    message: 'The SQL process failed',
    fields: { detail },
  } as const
  if (process.connected && process.send) process.send(message satisfies FromWorker, endNow)
  else endNow()
}

/** `process.exit` would wait for the store's thread, which waits for this one amid a commit. */
function endNow(): void {
  process.kill(process.pid, 'SIGKILL')
}
