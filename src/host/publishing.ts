import { setTimeout as sleep } from 'node:timers/promises'
import type { EmbeddedSqlEngine } from '../adapters/embedded/sql/openSqlEngine.js'
import type { Logger } from '../ports/system.js'

export interface PublishingOptions {
  readonly sql: Pick<EmbeddedSqlEngine, 'publish'>
  readonly log: Logger
  /** From the end of one publication to the next. 0: none but those that are asked for. */
  readonly seconds: number
}

/** How often the Parquet lake is published when nothing else is said, in seconds. */
export const PUBLISH_SECONDS = 60

/** A day of many rows takes long to write, and may change all the time: nine tenths of the time there is peace. */
const REST_FACTOR = 9

/** Publishes the Parquet lake now and then. A failure is logged, and the next turn tries again. */
export function startPublishing({ sql, log, seconds }: PublishingOptions): { close(): Promise<void> } {
  const stop = new AbortController()
  const { signal } = stop

  async function publishAgainAndAgain(): Promise<void> {
    let pauseMs = seconds * 1000
    for (;;) {
      // It keeps no process alive that has nothing else to do.
      await sleep(pauseMs, undefined, { signal, ref: false })
      const started = performance.now()
      try {
        const { tookMs } = await sql.publish({ signal })
        pauseMs = Math.max(seconds * 1000, tookMs * REST_FACTOR)
      } catch (error) {
        if (signal.aborted) return
        log.error('The Parquet lake could not be published, and it is tried again', { error })
        pauseMs = Math.max(seconds * 1000, performance.now() - started)
      }
    }
  }

  const loop = seconds > 0 ? publishAgainAndAgain().catch(() => undefined) : Promise.resolve()
  return {
    async close() {
      stop.abort()
      await loop
    },
  }
}
