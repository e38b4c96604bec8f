import type { Json } from '../model/json.js'

/**
 * One row's values by position, as JSON in a form that no engine has for itself: timestamps as
 * `YYYY-MM-DDTHH:mm:ss.sssZ`, dates as `YYYY-MM-DD`, times as `HH:mm:ss.sss`, integers beyond 2^53 and all
 * decimals as strings, NaN and the infinities as `NaN`, `Infinity`, `-Infinity`, arrays as arrays, rows as objects.
 */
export type SqlRow = readonly Json[]

export interface SqlResult {
  /** Names as the statement gave them; one name may repeat. */
  readonly columns: readonly string[]
  readonly rows: readonly SqlRow[]
}

export interface SqlResultPage extends SqlResult {
  /** Opaque position of the next row; absent after the last. */
  readonly next?: string
}

export type SqlFailureReason =
  /** The statement's own fault: a division by zero, a failed cast. */
  | 'failed'
  | 'timeout'
  | 'outOfMemory'
  | 'tooManyRows'
  | 'cancelled'
  /** The engine's fault. */
  | 'unavailable'

/** A failed execution. `message` is safe to show: no path, no host, no internal name. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly reason: SqlFailureReason

  constructor(reason: SqlFailureReason, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }
}

export type SqlExecution =
  | { readonly state: 'RUNNING' }
  | { readonly state: 'SUCCEEDED'; readonly rowCount: number; readonly finishedAt: string }
  | {
      readonly state: 'FAILED'
      readonly reason: SqlFailureReason
      readonly message: string
      readonly finishedAt: string
    }

/**
 * Runs bound statements (Trino's dialect) on a snapshot of the lake. Executions are durable: one that was
 * acknowledged goes on, or starts again, after a restart.
 */
export interface SqlEngine {
  /**
   * Starts an execution and returns its id. The same `token` gives the same execution. The snapshot holds every
   * write that was acknowledged before the call, as far as the engine can know.
   */
  start(request: { readonly sql: string; readonly token: string }): Promise<{ readonly executionId: string }>
  /** State of an execution; undefined for an unknown or expired id. */
  execution(executionId: string): Promise<SqlExecution | undefined>
  /** Rows of a succeeded execution from `start` (absent: the first), at most `limit` rows and about `maxBytes` of JSON. */
  results(
    executionId: string,
    page: { readonly start?: string; readonly limit: number; readonly maxBytes: number },
  ): Promise<SqlResultPage>
  /**
   * Runs a statement and waits. Its snapshot holds what was acknowledged before the call, unless the engine is far
   * behind: then it answers from what it has. Throws `SqlError`; past `timeoutMs` it is stopped and the
   * reason is `timeout`.
   */
  query(sql: string, limits: { readonly timeoutMs: number; readonly maxRows: number }): Promise<SqlResult>
  /** Stops a running execution; does nothing to others. */
  cancel(executionId: string): Promise<void>
  /**
   * Resolves when every write that was acknowledged before the call is visible to SQL, or after `timeoutMs` with false.
   */
  waitUntilFresh(timeoutMs: number): Promise<boolean>
}
