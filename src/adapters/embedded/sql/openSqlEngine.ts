import type { Project } from '../../../model/types.js'
import { type SqlEngine, SqlError, type SqlResult } from '../../../ports/sqlEngine.js'
import type { Logger } from '../../../ports/system.js'
import type { ModelChange } from '../../../runtime/migration/modelChange.js'
import { lakeFolder } from '../lake/lakeFolder.js'
import type { ParquetCompression } from '../lake/parquetWriter.js'
import type { Store } from '../store/store.js'
import type { KnownUnused } from './alterTables.js'
import type { ImageDescription } from './describeImage.js'
import { openExecutions } from './executions.js'
import { type Freshness, measureFreshness } from './freshness.js'
import { trackPosition } from './imagePosition.js'
import { createProgressListeners } from './progressListeners.js'
import type {
  Answers,
  Command,
  ExportedLake,
  PublishedLake,
  RewrittenImage,
  RunAnswer,
  RunCommand,
  SizeEvent,
  VerifiedLake,
} from './protocol.js'
import { createSlots } from './slots.js'
import { type SqlLimits, sqlLimits } from './sqlLimits.js'
import { type PreparedWorker, startWorkerClient, WorkerLostError } from './workerClient.js'

export type { ImageDescription } from './describeImage.js'
export type { Freshness } from './freshness.js'
export type { ExportedLake, PublishedLake, RewrittenImage, VerifiedLake } from './protocol.js'
export type { SqlLimits } from './sqlLimits.js'

export interface SqlEngineOptions {
  /** The data folder; the store's. */
  readonly folder: string
  readonly store: Store
  readonly project: Project
  readonly log: Logger
  /** Default: those of `sqlLimits`. */
  readonly limits?: Partial<SqlLimits>
  /** Called after the end of an execution is stored. */
  readonly onFinished?: (executionId: string) => void
  /** Called after each transaction of the image. */
  readonly onApplied?: (batch: AppliedBatch) => void
  /** Compression of the Parquet lake. Default: `snappy`. */
  readonly compression?: ParquetCompression
  /** A process that `prepareWorker` has started already, with the same limits. */
  readonly prepared?: PreparedWorker
  /** Of the model, see `ModelChange`. Nothing has been written under it yet. */
  readonly unused?: ModelChange['unused']
}

/** One transaction of the image. */
export interface AppliedBatch {
  readonly changes: number
  readonly tookMs: number
  /** Age of the batch's oldest change when SQL showed it. */
  readonly lagMs: number
}

export interface SqlStats {
  /** Last feed sequence that SQL shows. */
  readonly applied: number
  /** False while the image is being made, or the SQL process is being replaced. */
  readonly ready: boolean
  /** Age of the oldest change that SQL does not show yet, in milliseconds; 0 when it shows all. */
  readonly lagMs: number
  readonly freshness: Freshness
  readonly runningExecutions: number
  readonly waitingExecutions: number
  /** Times that the SQL process has been replaced. */
  readonly restarts: number
  readonly publication: PublicationStats
  /** The query image's file, as it was when it was last looked at; undefined before the first look. */
  readonly image: ImageSize | undefined
}

/** What this process has published of the Parquet lake. */
export interface PublicationStats {
  /** The last that succeeded. */
  readonly last?: PublishedLake
  readonly failures: number
  /** When the oldest change was applied that the files do not show, milliseconds since 1970. */
  readonly unpublishedSince?: number
}

export type ImageSize = Omit<SizeEvent, 'kind'>

export interface EmbeddedSqlEngine extends SqlEngine {
  /**
   * Shows the tables of another model. Resolves when they are there; throws `SqlError` when they could not be made, and
   * shows the former ones then. `unused`, see `ModelChange`, spares reading rows: nothing may be written under the
   * other model before the end.
   */
  reload(
    project: Project,
    options?: {
      readonly unused?: ModelChange['unused']
      readonly onProgress?: (table: string, rows: number) => void
    },
  ): Promise<void>
  /** Resolves with true when SQL shows every write that was acknowledged before the call, with false after `timeoutMs`. */
  waitUntilFresh(timeoutMs: number): Promise<boolean>
  /** Last feed sequence that SQL shows. */
  applied(): number
  /**
   * Records up to this one are needed no longer: those that a crash does not undo in the image, which are the applied ones
   * a moment later, or fewer while a fresh image is being made.
   */
  settled(): number
  /** Resolves with true once the image holds all tables, with false after `timeoutMs`. */
  waitUntilReady(timeoutMs: number): Promise<boolean>
  stats(): SqlStats
  /** Process id of the process that runs DuckDB; undefined while it is being replaced. */
  workerPid(): number | undefined
  /**
   * Writes all tables as they are now into `folder/tables/{table}/year=…/month=…/day=…/`, one sorted Parquet file a
   * day. What was in `folder/tables` is replaced at the end, at once. Throws `SqlError`.
   */
  exportParquet(
    folder: string,
    options?: { readonly onProgress?: (table: string, rows: number) => void },
  ): Promise<ExportedLake>
  /**
   * Brings the Parquet lake, `lake/tables/{table}/year=…/month=…/day=…/rows.parquet` in the data folder, up to what SQL
   * shows. Throws `SqlError`; the files from before stay then.
   */
  publish(options?: PublishOptions): Promise<PublishedLake>
  /**
   * Makes the query image again from the table and swaps it in whole; statements go on meanwhile. When it resolves, no
   * byte of the old image is left in the folder: not its file, nor its log, nor what was spilled from it. With
   * `republish`, what is published of the old one counts for nothing. Throws `SqlError`.
   */
  rewriteImage(options?: {
    readonly republish?: boolean
    readonly onProgress?: (table: string, rows: number) => void
  }): Promise<RewrittenImage>
  /** Counts rows and bytes of the query image. Throws `SqlError`. */
  describeImage(): Promise<ImageDescription>
  /** Compares the query image, and the Parquet lake as far as it is published, with the table. Throws `SqlError`. */
  verify(options?: {
    readonly signal?: AbortSignal
    readonly onProgress?: (table: string, rows: number) => void
  }): Promise<VerifiedLake>
  /** Ends the SQL process. Running executions start again with the next host. */
  close(): Promise<void>
}

export interface PublishOptions {
  /** Wait for every write that was acknowledged before the call. Default: what SQL shows at the moment will do. */
  readonly fresh?: boolean
  /** Also compare the files with the days that there are. Default: at the first time only. */
  readonly thorough?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (table: string, rows: number, total: number) => void
}

/** Longest wait of a query for the image. Applying a batch takes some 50 ms; past this the image is far behind. */
const CATCH_UP_MS = 2_000

/** Breakdowns of the SQL process under one piece of work, after which it is given up. */
const MAX_ATTEMPTS = 3

const ORPHANS_MS = 10 * 60_000

/**
 * SQL of the embedded host: a child process with DuckDB, whose image of the table follows the change feed. Answers at
 * once; statements wait until the image is complete.
 */
export async function openSqlEngine(options: SqlEngineOptions): Promise<EmbeddedSqlEngine> {
  const { store, log } = options
  const limits = sqlLimits(options.limits)
  const position = trackPosition()
  const freshness = measureFreshness()
  const slots = createSlots(limits.concurrentQueries)
  let project = options.project
  // A process that takes a lost one's place may find an image that has still to be brought to the model.
  let unused = knownUnused(options.unused)
  const progress = createProgressListeners()
  let held: number | undefined
  let settled = 0
  let image: ImageSize | undefined
  let publication: PublicationStats = { failures: 0 }

  const client = startWorkerClient({
    folder: options.folder,
    limits,
    log,
    model: () => modelOf(project),
    unused: () => unused,
    onLost: () => position.lost(),
    ...(options.prepared && { prepared: options.prepared }),
    onEvent(event) {
      if (event.kind === 'applied') {
        position.advance(event.position)
        settled = event.settled
        freshness.add(event.lagMs)
        publication = publicationSince(publication, event.unpublishedSince)
        options.onApplied?.(event)
      } else if (event.kind === 'settled') {
        settled = event.settled
      } else if (event.kind === 'ready') {
        // What a lost process held, it needs no longer.
        held = undefined
        settled = event.position
        position.ready(event.position)
      } else if (event.kind === 'hold') {
        held = event.position
      } else if (event.kind === 'size') {
        const { kind: _, ...size } = event
        image = size
      } else if (event.kind === 'progress') {
        progress.tell(event)
        if (event.work === 'image')
          log.info('A table of the query image is being made', { table: event.table, rows: event.rows })
      }
    },
  })
  const executions = openExecutions({
    store,
    limits,
    log,
    client,
    position,
    onFinished: options.onFinished ?? (() => undefined),
  })
  const stopListening = store.feed.onCommit(() => client.wake(false))
  const cleaner = setInterval(removeOrphans, ORPHANS_MS)
  removeOrphans()

  function knownUnused(tables: ModelChange['unused'] | undefined): KnownUnused | undefined {
    return tables && { tables, position: store.feed.head() }
  }

  function removeOrphans(): void {
    executions
      .removeOrphans()
      .catch((error: unknown) => log.warn('Old results could not be removed', { error }))
  }

  /** Who writes and then asks expects to see it: a query waits for what was there before it, but never for long. */
  function afterPresent(deadline: number): Pick<RunCommand, 'after'> {
    const head = store.feed.head()
    if (position.applied() >= head) return {}
    return { after: { position: head, waitMs: Math.min(CATCH_UP_MS, deadline - Date.now()) } }
  }

  async function runQuery(sql: string, maxRows: number, deadline: number): Promise<RunAnswer> {
    for (let attempt = 1; ; attempt++) {
      if (!(await position.reached(0, deadline - Date.now()))) throw notReady()
      const timeoutMs = Math.max(1, deadline - Date.now())
      try {
        return await client.request(
          { kind: 'run', sql, timeoutMs, maxRows, maxBytes: limits.queryBytes, ...afterPresent(deadline) },
          { timeoutMs },
        )
      } catch (error) {
        if (!(error instanceof WorkerLostError)) throw error
        if (attempt === 2) throw brokeDown(error)
      }
    }
  }

  /** Asks the worker once the image is complete, and the next one when it breaks down meanwhile. */
  async function ask<C extends Command>(command: C, signal?: AbortSignal): Promise<Answers[C['kind']]> {
    for (let attempt = 1; ; attempt++) {
      await position.reached(0, undefined, signal)
      try {
        return await client.request(command, { ...(signal && { signal }) })
      } catch (error) {
        if (!(error instanceof WorkerLostError)) throw error
        if (attempt === MAX_ATTEMPTS) throw brokeDown(error)
      }
    }
  }

  function waitUntilFresh(timeoutMs: number): Promise<boolean> {
    client.wake(true)
    return position.reached(store.feed.head(), timeoutMs)
  }

  return {
    resultForm: 'values',
    start: (request) => executions.start(request),
    execution: async (executionId) => executions.execution(executionId),
    results: (executionId, page) => executions.results(executionId, page),
    cancel: (executionId) => executions.cancel(executionId),
    async query(sql, { timeoutMs, maxRows }): Promise<SqlResult> {
      const deadline = Date.now() + timeoutMs
      if (!(await slots.take(timeoutMs))) {
        throw new SqlError('timeout', 'Too many statements were running for this one to start in time.')
      }
      try {
        const { columns, rows } = await runQuery(sql, maxRows, deadline)
        return { columns, rows }
      } finally {
        slots.release()
      }
    },
    waitUntilFresh,
    // The image shows removals in the order of the feed: what is fresh shows none of them.
    waitUntilGone: (_relations, timeoutMs) => waitUntilFresh(timeoutMs),
    waitUntilReady: (timeoutMs) => position.reached(0, timeoutMs),
    async reload(next, { unused: found, onProgress } = {}) {
      const before = { project, unused }
      project = next
      unused = knownUnused(found)
      try {
        // Until this is answered, whatever the feed tells is of the former model.
        const known = unused && { ...unused, position: Number.MAX_SAFE_INTEGER }
        await progress.during('image', onProgress, () =>
          client.request({ kind: 'reload', model: modelOf(next), ...(known && { unused: known }) }),
        )
      } catch (error) {
        if (!(error instanceof WorkerLostError)) {
          project = before.project
          unused = before.unused
          throw error
        }
        // The next process opens with the new model.
        await position.reached(0)
      }
    },
    applied: () => position.applied(),
    settled: () => Math.min(settled, held ?? Number.POSITIVE_INFINITY),
    stats: () => ({
      applied: position.applied(),
      ready: position.isReady(),
      lagMs: lagOf(store, position.applied()),
      freshness: freshness.read(),
      runningExecutions: executions.running,
      waitingExecutions: executions.waiting,
      restarts: client.restarts(),
      publication,
      image,
    }),
    workerPid: () => client.pid(),
    async exportParquet(folder, { onProgress } = {}) {
      await position.reached(store.feed.head())
      return progress.during('export', onProgress, () => ask({ kind: 'export', folder }))
    },
    async publish({ fresh = false, thorough = false, signal, onProgress } = {}) {
      try {
        if (fresh) await position.reached(store.feed.head(), undefined, signal)
        const { folder, compression = 'snappy' } = options
        const command = { kind: 'publish', folder: lakeFolder(folder), compression, thorough } as const
        const published = await progress.during('publish', onProgress, () => ask(command, signal))
        publication = publicationSince({ ...publication, last: published }, published.unpublishedSince)
        return published
      } catch (error) {
        if (!signal?.aborted) publication = { ...publication, failures: publication.failures + 1 }
        throw error
      }
    },
    rewriteImage: ({ republish = false, onProgress } = {}) =>
      progress.during('rewrite', onProgress, () => ask({ kind: 'rewrite', republish })),
    describeImage: () => ask({ kind: 'describe' }),
    verify: ({ signal, onProgress } = {}) =>
      progress.during('verify', onProgress, () =>
        ask({ kind: 'verify', lakeFolder: lakeFolder(options.folder) }, signal),
      ),
    async close() {
      clearInterval(cleaner)
      stopListening()
      await executions.close()
      await client.close()
    },
  }
}

function modelOf({ entities, joinTables, valueTypes }: Project) {
  return { entities, joinTables, valueTypes }
}

function publicationSince(
  { unpublishedSince: _, ...rest }: PublicationStats,
  since: number | undefined,
): PublicationStats {
  return { ...rest, ...(since !== undefined && { unpublishedSince: since }) }
}

function lagOf({ feed }: Store, applied: number): number {
  if (applied >= feed.head()) return 0
  const [oldest] = feed.read(applied, 1)
  return oldest ? Math.max(0, Date.now() - oldest.time) : 0
}

function notReady(): SqlError {
  return new SqlError('unavailable', 'SQL is still preparing its copy of the data. Try again shortly.')
}

function brokeDown(cause: unknown): SqlError {
  return new SqlError('unavailable', 'SQL broke down under this statement. Try again shortly.', { cause })
}
