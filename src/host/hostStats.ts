import type { ServerStats, StatsSnapshot } from '../server/stats.js'
import type { Host } from './openHost.js'

/** SQL that is further behind than this counts as ill. */
const ILL_AFTER_SECONDS = 60

/** On a full disk small writes may find room that large ones don't: one that succeeds says nothing yet. */
const ILL_AFTER_FAILURE_MS = 10_000
const UNWRITABLE = 'The table can not be written: its disk may be full, or fail.'

/** What `/health` and `/metrics` tell of a host. */
export function hostStats(host: Host): ServerStats {
  function lag(): { readonly lagRecords: number; readonly lagSeconds: number } {
    const { feed } = host.store
    const applied = host.sql.applied()
    const lagRecords = Math.max(0, feed.head() - applied)
    const [oldest] = lagRecords > 0 ? feed.read(applied, 1) : []
    return { lagRecords, lagSeconds: oldest ? Math.max(0, (Date.now() - oldest.time) / 1000) : 0 }
  }

  function published(): NonNullable<StatsSnapshot['published']> {
    const { last, failures, unpublishedSince } = host.sql.stats().publication
    return {
      failures,
      lagSeconds: unpublishedSince === undefined ? 0 : Math.max(0, (Date.now() - unpublishedSince) / 1000),
      ...(last && { last: { seconds: last.startedAt / 1000, files: last.files, bytes: last.bytes } }),
    }
  }

  return {
    async health() {
      const reasons: string[] = []
      if (Date.now() - (host.store.failedAt() ?? 0) < ILL_AFTER_FAILURE_MS) reasons.push(UNWRITABLE)
      if (!host.sql.stats().ready) reasons.push('SQL is starting or not available.')
      const { lagSeconds } = lag()
      if (lagSeconds > ILL_AFTER_SECONDS) reasons.push(`SQL is ${Math.round(lagSeconds)} s behind the table.`)
      return reasons.length === 0 ? { ok: true } : { ok: false, reasons }
    },
    async read() {
      const { queueDepths, deadLetters } = host.store.stats()
      const { runningExecutions, image } = host.sql.stats()
      return {
        feed: lag(),
        queues: { ...queueDepths },
        runningTasks: host.store.executions.running().length + queueDepths.deletion,
        deadLetters,
        runningStatements: runningExecutions,
        ...(image && { image }),
        published: published(),
      }
    },
  }
}
