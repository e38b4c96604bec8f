import type { Json } from '../model/json.js'

/** What a host knows of itself. `/health` and `/metrics` ask it; answers must come within milliseconds. */
export interface ServerStats {
  health(): Promise<Health>
  read(): Promise<StatsSnapshot>
}

export type Health =
  | { readonly ok: true }
  /** Sentences that anybody may read: `/health` needs no key. */
  | { readonly ok: false; readonly reasons: readonly string[] }

/** State at one moment. */
export interface StatsSnapshot {
  /** How far the query image is behind the change feed. */
  readonly feed: {
    /** Change records that SQL does not show yet. */
    readonly lagRecords: number
    /** Age of the oldest of them in seconds; 0 when there is none. */
    readonly lagSeconds: number
  }
  /** Messages that wait, by queue: `cascade`, `deletion`. */
  readonly queues: Readonly<Record<string, number>>
  /** Tasks that have not ended, waiting ones included. */
  readonly runningTasks: number
  readonly deadLetters: number
  /** SQL executions that run at this moment. */
  readonly runningStatements: number
  /** The query image's file; absent in a host without one, and before it was first looked at. */
  readonly image?: {
    readonly bytes: number
    /** About what a fresh copy would take. */
    readonly idealBytes: number
    /** Fresh copies that were swapped in since the start of the SQL process. */
    readonly rewrites: number
  }
  /** The Parquet lake beside the query image; absent in a host without one. */
  readonly published?: {
    /** Publications that failed. */
    readonly failures: number
    /** Age of the oldest change that the files do not show; 0 when there is none. */
    readonly lagSeconds: number
    /** The last that succeeded since the start: its time (seconds since 1970), and the lake since then. */
    readonly last?: { readonly seconds: number; readonly files: number; readonly bytes: number }
  }
}

/** A host without feed, queues or SQL: always well, nothing to count. */
export const NO_STATS: ServerStats = {
  health: async () => ({ ok: true }),
  read: async () => ({
    feed: { lagRecords: 0, lagSeconds: 0 },
    queues: {},
    runningTasks: 0,
    deadLetters: 0,
    runningStatements: 0,
  }),
}

/** `/health` as JSON. */
export function healthJson(health: Health): Json {
  return health.ok ? { status: 'ok' } : { status: 'unavailable', reasons: health.reasons }
}
