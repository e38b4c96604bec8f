import type { AppliedBatch, EmbeddedSqlEngine } from '../adapters/embedded/sql/openSqlEngine.js'
import type { Store, StoreTable } from '../adapters/embedded/store/store.js'
import type { Project } from '../model/types.js'
import type { RuntimeContext } from '../runtime/context.js'
import type { Runtime } from '../runtime/runtime.js'

export interface HostObserver {
  taskFinished(status: 'SUCCEEDED' | 'FAILED'): void
  /** The query image has applied a batch of changes. */
  imageApplied(batch: AppliedBatch): void
}

export interface ReloadOptions {
  /**
   * Called every some thousand rows of a table: while its stored rows are compared with the new model, and while SQL makes
   * it anew. Most changes do neither.
   */
  readonly onProgress?: (work: 'check' | 'make', table: string, rows: number) => void
}

/** One project running on one data folder: the table, SQL, and everything that happens behind the API. */
export interface Host {
  /** Changes with `reload`. */
  readonly project: Project
  readonly context: RuntimeContext
  readonly runtime: Runtime
  /** The table of `context`, with what imports need. */
  readonly table: StoreTable
  /** What is written past `table` is checked against no change of the model. */
  readonly store: Store
  readonly sql: EmbeddedSqlEngine
  /** Last feed record whose removals have started their cascades. */
  cascadePosition(): number
  /** Tells of what happens behind the API from now on, for metrics. */
  observe(observer: HostObserver): void
  /**
   * Runs another model on the same data. Throws `AppError` `Conflict` that says why when the data contradicts it;
   * the present model then stays, as with any failure. Until it resolves, the present model is the one that answers. One
   * at a time: a later call begins after the earlier ones.
   */
  reload(project: Project, options?: ReloadOptions): Promise<void>
  /** Lets running work end, keeps what is queued for the next start, and lets go of the folder. */
  close(): Promise<void>
}
