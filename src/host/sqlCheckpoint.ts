import type { EmbeddedSqlEngine } from '../adapters/embedded/sql/openSqlEngine.js'
import type { Store } from '../adapters/embedded/store/store.js'
import type { Logger } from '../ports/system.js'

/** Name of the checkpoint that says how far SQL is. */
export const SQL_CONSUMER = 'sql'

const NOTE_MS = 200

/**
 * Notes in the store how far SQL has come, so that other processes on the folder, such as an import, can wait for it.
 * Never ahead of the image; behind it by a fraction of a second.
 */
export function startSqlCheckpoint(options: {
  readonly store: Store
  readonly sql: Pick<EmbeddedSqlEngine, 'applied'>
  readonly log: Logger
}): { close(): Promise<void> } {
  const { store, sql, log } = options
  let noted = store.feed.checkpoint(SQL_CONSUMER)
  let underWay: Promise<unknown> = Promise.resolve()
  let isBusy = false

  const timer = setInterval(() => {
    const position = sql.applied()
    if (isBusy || position === noted) return
    isBusy = true
    underWay = store.feed
      .setCheckpoint(SQL_CONSUMER, position)
      .then(() => {
        noted = position
      })
      .catch((error: unknown) => log.warn('The position of SQL could not be noted', { error }))
      .finally(() => {
        isBusy = false
      })
  }, NOTE_MS)
  return {
    async close() {
      clearInterval(timer)
      await underWay
    },
  }
}
