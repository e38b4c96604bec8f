import type { Json } from '../model/json.js'
import type { ResultColumn } from '../model/types.js'

/**
 * One row's values by position, as JSON in a form that no engine has for itself: timestamps as
 * `YYYY-MM-DDTHH:mm:ss.sssZ`, dates as `YYYY-MM-DD`, times as `HH:mm:ss.sss`, integers beyond 2^53 and all
 * decimals as strings, NaN and the infinities as `NaN`, `Infinity`, `-Infinity`, arrays as arrays, rows as objects,
 * maps as objects with texts as keys, JSON as its text.
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
  /** A file of the lake was replaced while the statement read it: the same statement may well succeed now. */
  | 'lakeChanged'
  /** A statement that looks after the lake has done a part of its work, and the same one goes on. */
  | 'unfinished'
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
  /** `rowCount` where the engine tells it. */
  | { readonly state: 'SUCCEEDED'; readonly rowCount?: number; readonly finishedAt: string }
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
   * What results come as. `values`: as they are. `text`: arrays and rows must be selected as JSON, so statements are
   * to be given in the form of `SelectStatement.textSql` where they have one.
   */
  readonly resultForm: 'values' | 'text'
  /**
   * Starts an execution and returns its id. The same `token` gives the same execution. The snapshot holds every
   * write that was acknowledged before the call, as far as the engine can know.
   */
  start(request: { readonly sql: string; readonly token: string }): Promise<{ readonly executionId: string }>
  /** State of an execution; undefined for an unknown or expired id. */
  execution(executionId: string): Promise<SqlExecution | undefined>
  /**
   * Rows of a succeeded execution from `start` (absent: the first), at most `limit` rows and about `maxBytes` of JSON.
   * `columns`: what the statement's columns are, for engines whose results are text.
   */
  results(
    executionId: string,
    page: {
      readonly start?: string
      readonly limit: number
      readonly maxBytes: number
      readonly columns?: readonly ResultColumn[]
    },
  ): Promise<SqlResultPage>
  /**
   * Runs a statement and waits. Its snapshot holds what was acknowledged before the call, unless the engine is far
   * behind: then it answers from what it has. Throws `SqlError`; past `timeoutMs` it is stopped and the
   * reason is `timeout`.
   */
  query(
    sql: string,
    limits: {
      readonly timeoutMs: number
      readonly maxRows: number
      readonly columns?: readonly ResultColumn[]
    },
  ): Promise<SqlResult>
  /** Stops a running execution; does nothing to others. */
  cancel(executionId: string): Promise<void>
  /**
   * Starts a failed execution's statement again, when its reason was `lakeChanged`. Absent where no execution fails so,
   * and where somebody else does it. Given the same execution it starts one other, not several.
   */
  restart?(executionId: string): Promise<{ readonly executionId: string }>
  /**
   * Resolves with true when SQL shows none of these relations any more, which were removed from the table before the
   * call; with false when it still does after `timeoutMs`. `s3Key` is the handle of a relation's row.
   */
  waitUntilGone(
    relations: readonly { readonly relationId: string; readonly s3Key: string }[],
    timeoutMs: number,
  ): Promise<boolean>
}
