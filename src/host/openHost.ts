import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openSqlEngine, type SqlLimits } from '../adapters/embedded/sql/openSqlEngine.js'
import type { PreparedWorker } from '../adapters/embedded/sql/workerClient.js'
import { openStore } from '../adapters/embedded/store/openStore.js'
import type { Store } from '../adapters/embedded/store/store.js'
import { AppError } from '../errors/appError.js'
import type { Project } from '../model/types.js'
import type { Clock, Logger } from '../ports/system.js'
import { DEFAULT_RUNTIME_LIMITS, type RuntimeContext, type RuntimeLimits } from '../runtime/context.js'
import { runCascade } from '../runtime/deletion/cascade.js'
import { failDeletion, runDeletion } from '../runtime/deletion/deletionTask.js'
import { type ModelChange, planModelChange } from '../runtime/migration/modelChange.js'
import { createRuntime } from '../runtime/runtime.js'
import { systemTime } from '../runtime/times.js'
import { startCascadeDispatcher } from './cascadeDispatcher.js'
import { changedItems } from './changedItems.js'
import { startExecutionTracker } from './executionTracker.js'
import type { Host, HostObserver, ReloadOptions } from './host.js'
import { startHousekeeping } from './housekeeping.js'
import { startMaintenance } from './maintenance/requests.js'
import { PUBLISH_SECONDS, startPublishing } from './publishing.js'
import { startQueueWorker } from './queueWorker.js'
import { replayUnfit } from './replayUnfit.js'
import { SILENT_LOG } from './silentLog.js'
import { startSqlCheckpoint } from './sqlCheckpoint.js'
import { openWriteGate } from './writeGate.js'

export type { Host, HostObserver } from './host.js'

export interface HostOptions {
  readonly project: Project
  /** The data folder; made when missing. */
  readonly folder: string
  /** Default: none. */
  readonly log?: Logger
  readonly limits?: Partial<RuntimeLimits>
  readonly sqlLimits?: Partial<SqlLimits>
  /** Default: the system's. */
  readonly clock?: Clock
  /** Called when another process has taken the folder over, because this one was not heard of for too long. */
  readonly onLost?: () => void
  /** Called when the disk has failed so that the process should end: see `Store.onDamage`. */
  readonly onDamage?: (error: Error) => void
  readonly lake?: LakeOptions
  /** The host is opened for a piece of work only: one that is to serve the folder waits for its end. */
  readonly brief?: boolean
  /** A SQL process that `prepareWorker` has started already, with the limits of `sqlLimits`. */
  readonly preparedSql?: PreparedWorker
}

/** The Parquet lake that is published beside the query image. */
export interface LakeOptions {
  /** Seconds from one publication to the next; 0: none but those that are asked for. Default: 60. */
  readonly publishSeconds?: number
  /** Of files that are written from now on. `zstd` makes them smaller by a third. Default: `snappy`. */
  readonly compression?: 'snappy' | 'zstd'
}

/**
 * Opens a data folder with a model and starts all that runs behind the API. At most one host serves a folder.
 *
 * Throws `DataFolderError` when the folder can't be used, `AppError` `Conflict` when its data contradicts the model.
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const log = options.log ?? SILENT_LOG
  const clock = options.clock ?? { now: () => Date.now() }
  const store = await openStore(options.folder, { clock })
  const closers: (() => Promise<unknown>)[] = [() => store.close()]
  const observers: HostObserver[] = []
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    if (options.onDamage) store.onDamage(options.onDamage)
    await store.hostLock.claim({
      ...(options.onLost && { onLost: options.onLost }),
      ...(options.brief && { brief: true }),
    })
    closers.push(() => store.hostLock.release())
    const first = await changeTo(options.project, store)
    await first.note(systemTime(clock.now()))

    const tracker = startExecutionTracker(() => context, log)
    const sql = await openSqlEngine({
      folder: options.folder,
      store,
      project: options.project,
      log,
      limits: options.sqlLimits ?? {},
      unused: first.unused,
      ...(options.lake?.compression && { compression: options.lake.compression }),
      onFinished: tracker.onFinished,
      ...(options.preparedSql && { prepared: options.preparedSql }),
      onApplied: (batch) => {
        for (const observer of observers) observer.imageApplied(batch)
      },
    })
    closers.push(
      () => sql.close(),
      () => tracker.close(),
    )
    const limits = { ...DEFAULT_RUNTIME_LIMITS, ...options.limits }
    const writes = openWriteGate(store.table, options.project)
    let table = writes.tableFor(options.project)
    const base: RuntimeContext = {
      project: options.project,
      table,
      sql,
      queues: { cascade: store.queue('cascade'), deletion: store.queue('deletion') },
      clock,
      random: { uuid: () => randomUUID() },
      log,
      limits,
      onTaskFinished: (status) => {
        for (const observer of observers) observer.taskFinished(status)
      },
    }
    let { project } = options
    let context = base
    let runtime = createRuntime(context)
    let reloading: Promise<unknown> = Promise.resolve()

    const dispatcher = startCascadeDispatcher(store, log)
    const cascades = startQueueWorker({
      name: 'cascade',
      queue: store.queue('cascade'),
      handle: (message) => runCascade(context, message),
      log,
    })
    const deletions = startQueueWorker({
      name: 'deletion',
      queue: store.queue('deletion'),
      handle: (message) => runDeletion(context, message),
      onBuried: (message) => failDeletion(context, message),
      log,
    })
    const housekeeping = startHousekeeping({ store, sql, dispatcher, clock, log })
    const checkpoint = startSqlCheckpoint({ store, sql, log })
    closers.push(() =>
      Promise.all([dispatcher, cascades, deletions, housekeeping, checkpoint].map((part) => part.close())),
    )
    await tracker.sweep()

    async function reloadNow(next: Project, { onProgress }: ReloadOptions = {}): Promise<void> {
      const hold = await store.feed.hold()
      const begun = systemTime(Date.now())
      try {
        const change = await changeTo(next, store, (table, rows) => onProgress?.('check', table, rows))
        const checked = store.feed.head()
        await checkWritten(next, hold.position)
        await sql.reload(next, {
          unused: change.unused,
          onProgress: (table, rows) => onProgress?.('make', table, rows),
        })
        try {
          await putInForce(next, change, checked)
        } catch (error) {
          // Statements of the present model must go on finding its tables.
          await sql.reload(project)
          throw error
        } finally {
          await replayUnfit(store.deadLetters, begun).catch((error: unknown) =>
            log.warn('Rows that did not fit amid a reload could not be replayed: see ocg dlq', { error }),
          )
        }
      } finally {
        // One that can't be released is void by itself soon.
        await hold.release().catch(() => undefined)
      }
    }

    /** Rows that were written after a position of the feed. */
    async function checkWritten(next: Project, after: number): Promise<void> {
      await changeTo(next, {
        fieldHistory: store.fieldHistory,
        table: { ...store.table, scan: changedItems(store, after) },
      })
    }

    /** `since`: what was written later has not been checked. */
    async function putInForce(next: Project, change: ModelChange, since: number): Promise<void> {
      // Most of it while writes go on, and the rest while they wait.
      const near = store.feed.head()
      await checkWritten(next, since)
      await writes.change(next, async () => {
        await checkWritten(next, near)
        await change.note(systemTime(clock.now()))
        project = next
        table = writes.tableFor(next)
        context = { ...base, table, project }
        runtime = createRuntime(context)
      })
    }

    const host: Host = {
      get project() {
        return project
      },
      get context() {
        return context
      },
      get runtime() {
        return runtime
      },
      get table() {
        return table
      },
      store,
      sql,
      cascadePosition: dispatcher.position,
      observe: (observer) => void observers.push(observer),
      reload(next, options) {
        const result = reloading.then(() => reloadNow(next, options))
        reloading = result.catch(() => undefined)
        return result
      },
      close: closeAll,
    }
    const maintenance = startMaintenance(host)
    const publishing = startPublishing({ sql, log, seconds: options.lake?.publishSeconds ?? PUBLISH_SECONDS })
    closers.push(() => Promise.all([maintenance.close(), publishing.close()]))
    return host
  } catch (error) {
    await closeAll().catch((later: unknown) =>
      log.error('The host could not be closed cleanly', { error: later }),
    )
    throw error
  }
}

/** Throws when the stored data contradicts the model. */
async function changeTo(
  project: Project,
  store: Pick<Store, 'table' | 'fieldHistory'>,
  onRead?: (table: string, rows: number) => void,
): Promise<ModelChange> {
  const { table, fieldHistory } = store
  // What is read lies in memory: without a pause nobody would be answered before its end.
  const scan: typeof table.scan = async (query) => {
    await nextTurn()
    return table.scan(query)
  }
  const change = await planModelChange({
    project,
    table: { ...table, scan },
    history: fieldHistory,
    ...(onRead && { onRead }),
  })
  if (change.problems.length === 0) return change
  const list = change.problems.map((one) => `  ${one}`).join('\n')
  throw new AppError(
    'Conflict',
    `The stored data contradicts the schema, which is therefore not used:\n${list}`,
  )
}
