import type { ServerStats, StatsSnapshot } from '../server/stats.js'
import type { Host } from './openHost.js'

/** SQL that is further behind than this counts as ill. */
const ILL_AFTER_SECONDS = 60

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
      if (!host.sql.stats().ready) reasons.push('SQL is starting or not available.')
      const { lagSeconds } = lag()
      if (lagSeconds > ILL_AFTER_SECONDS) reasons.push(`SQL is ${Math.round(lagSeconds)} s behind the table.`)
      return reasons.length === 0 ? { ok: true } : { ok: false, reasons }
    },
    async read() {
      const { queueDepths, deadLetters } = host.store.stats()
      return {
        feed: lag(),
        queues: { ...queueDepths },
        runningTasks: host.store.executions.running().length + queueDepths.deletion,
        deadLetters,
        runningStatements: host.sql.stats().runningExecutions,
        published: published(),
      }
    },
  }
}
