import type { ModelSlice } from '../model/functions.js'
import type { ItemTable } from '../ports/itemTable.js'
import type { CascadeMessage, DeletionMessage, Queue } from '../ports/queue.js'
import type { SqlEngine } from '../ports/sqlEngine.js'
import type { Clock, Logger, Random } from '../ports/system.js'
import type { LakeRelations } from './statements/placeRelations.js'

/** Everything that the runtime works with. One per host; a model reload makes a new one over the same ports. */
export interface RuntimeContext {
  /** The model, or as much of it as the host's operations need. */
  readonly project: ModelSlice
  readonly table: ItemTable
  readonly sql: SqlEngine
  readonly queues: {
    readonly cascade: Queue<CascadeMessage>
    readonly deletion: Queue<DeletionMessage>
  }
  /**
   * The relations that stand for these lake tables now, all as of one moment, where the engine has no tables of their
   * names; in `maxBytes` of UTF-8 where that is possible. Absent: it has.
   */
  readonly lakeRelations?: (tables: readonly string[], maxBytes: number) => Promise<LakeRelations>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly limits: RuntimeLimits
  /**
   * Milliseconds that are left for the work at hand, where a host has to end it: long work then stops in time and goes
   * on later. Absent: no limit.
   */
  readonly remainingMs?: () => number
  /** Told of each task that ends, for metrics. */
  readonly onTaskFinished?: (status: 'SUCCEEDED' | 'FAILED') => void
}

/** As much of it as the operations on entities and relations use. */
export type TableContext = Pick<RuntimeContext, 'project' | 'table' | 'clock' | 'random' | 'limits'>

/** As much of it as a SYNC statement uses. */
export type SyncContext = Pick<RuntimeContext, 'project' | 'sql' | 'lakeRelations' | 'limits' | 'remainingMs'>

/** As much of it as starting a task uses. */
export type TriggerContext = Pick<
  RuntimeContext,
  'project' | 'table' | 'sql' | 'lakeRelations' | 'clock' | 'random' | 'limits'
>

/** As much of it as following tasks and answering for them uses. */
export type TaskContext = Pick<
  RuntimeContext,
  'project' | 'table' | 'sql' | 'clock' | 'random' | 'limits' | 'onTaskFinished'
> & { readonly queues: Pick<RuntimeContext['queues'], 'deletion'> }

/** As much of it as removing the relations of a removed entity uses. */
export type CascadeContext = Pick<RuntimeContext, 'table' | 'limits' | 'remainingMs'> & {
  readonly queues: Pick<RuntimeContext['queues'], 'cascade'>
}

/** As much of it as removing what a statement has found uses. */
export type DeletionContext = TaskContext & Pick<RuntimeContext, 'remainingMs'>

export interface RuntimeLimits {
  /** Largest page of `list` and `taskResult`, in items. */
  readonly maxPageItems: number
  /** Largest page in bytes of JSON; a page ends early rather than pass it, but holds one item at least. */
  readonly maxPageBytes: number
  /** Time of a SYNC statement in milliseconds. AppSync gives a resolver 30 s in all. */
  readonly syncTimeoutMs: number
  /** Most rows of a SYNC statement. */
  readonly syncMaxRows: number
  /** Life of a task and its result in seconds. */
  readonly taskLifeSeconds: number
  /** How long a deletion waits for SQL to show it before its message is tried again, in milliseconds. */
  readonly deletionFreshnessMs: number
  /** Work that goes on in another call stops when less than this is left, in milliseconds. See `remainingMs`. */
  readonly reservedMs: number
  /** First and last year that the lake projects; a `createdAt` outside is refused. */
  readonly years: { readonly first: number; readonly last: number }
}

export const DEFAULT_RUNTIME_LIMITS: RuntimeLimits = {
  maxPageItems: 1000,
  maxPageBytes: 4 * 1024 * 1024,
  syncTimeoutMs: 25_000,
  syncMaxRows: 10_000,
  taskLifeSeconds: 30 * 24 * 60 * 60,
  deletionFreshnessMs: 30_000,
  reservedMs: 60_000,
  years: { first: 2020, last: 2035 },
}

/** Whether work that can go on later is to stop now. */
export function isTimeUp({ remainingMs, limits }: Pick<RuntimeContext, 'remainingMs' | 'limits'>): boolean {
  return remainingMs !== undefined && remainingMs() < limits.reservedMs
}
