import type { EmbeddedSqlEngine } from '../adapters/embedded/sql/openSqlEngine.js'
import type { Store } from '../adapters/embedded/store/store.js'
import type { Clock, Logger } from '../ports/system.js'
import type { FeedConsumer } from './cascadeDispatcher.js'

export interface HousekeepingOptions {
  readonly store: Store
  readonly sql: EmbeddedSqlEngine
  readonly clock: Clock
  readonly log: Logger
  readonly dispatcher: Pick<FeedConsumer, 'position' | 'save'>
}

const TRIM_MS = 10_000
const EXPIRE_MS = 10 * 60_000

/** Removes what nobody needs any more: feed records that every consumer has settled, expired tasks and their results. */
export function startHousekeeping(options: HousekeepingOptions): { close(): Promise<void> } {
  const { store, sql, dispatcher, clock, log } = options
  let underWay: Promise<unknown> = Promise.resolve()

  async function trim(): Promise<void> {
    const settled = Math.min(dispatcher.position(), sql.settled())
    // What the dispatcher holds in memory only must be there after a crash.
    await dispatcher.save()
    if (settled >= store.feed.first()) await store.feed.trim(settled + 1)
  }

  async function expire(): Promise<void> {
    const now = Math.floor(clock.now() / 1000)
    await store.table.deleteExpired(now)
    await store.executions.deleteExpired(now)
  }

  function every(milliseconds: number, work: () => Promise<void>): NodeJS.Timeout {
    return setInterval(() => {
      underWay = underWay
        .then(work)
        .catch((error: unknown) => log.error('Housekeeping failed and will be tried again', { error }))
    }, milliseconds)
  }

  const timers = [every(TRIM_MS, trim), every(EXPIRE_MS, expire)]
  return {
    async close() {
      for (const timer of timers) clearInterval(timer)
      await underWay
    },
  }
}
