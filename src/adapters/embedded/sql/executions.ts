import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { SqlError, type SqlExecution, type SqlResultPage } from '../../../ports/sqlEngine.js'
import { StoreError } from '../../../ports/storeError.js'
import type { Logger } from '../../../ports/system.js'
import type { Store } from '../store/store.js'
import { isOfResultFile } from './failures.js'
import type { ImagePosition } from './imagePosition.js'
import { readResult, removeOrphans, removeResult, resultFile } from './resultFile.js'
import type { SqlLimits } from './sqlLimits.js'
import { type WorkerClient, WorkerLostError } from './workerClient.js'

export interface ExecutionsOptions {
  readonly store: Store
  readonly limits: SqlLimits
  readonly log: Logger
  readonly client: WorkerClient
  readonly position: ImagePosition
  /** Called after the end of an execution is stored. */
  readonly onFinished: (executionId: string) => void
}

/** The executions of a folder: stored before they are acknowledged, run in the order of their coming. */
export interface EmbeddedExecutions {
  start(request: { readonly sql: string; readonly token: string }): Promise<{ readonly executionId: string }>
  execution(executionId: string): SqlExecution | undefined
  results(
    executionId: string,
    page: { readonly start?: string; readonly limit: number; readonly maxBytes: number },
  ): Promise<SqlResultPage>
  cancel(executionId: string): Promise<void>
  /** Removes results of executions that are stored no longer. */
  removeOrphans(): Promise<void>
  readonly running: number
  readonly waiting: number
  /** Leaves what runs and waits to the next start. */
  close(): Promise<void>
}

interface Entry {
  readonly id: string
  readonly sql: string
  /** The snapshot holds the feed up to here. */
  readonly position: number
  readonly stop: AbortController
  crashes: number
}

/** An execution under which the SQL process breaks down this often is given up. */
const MAX_CRASHES = 3
/** So is one that was started this often: it may be what ends the whole host each time. */
const MAX_STARTS = 25
const STORE_RETRY_MS = 1000
/** A full disk lasts. */
const DISK_RETRY_MS = 1000

/** Takes up what an earlier process left RUNNING. */
export function openExecutions(options: ExecutionsOptions): EmbeddedExecutions {
  const { store, limits, log, client, position } = options
  const queue: Entry[] = []
  const running = new Map<string, Entry>()
  const work = new Set<Promise<void>>()
  const closed = new AbortController()

  function enqueue(id: string, sql: string, from: number): void {
    queue.push({ id, sql, position: from, stop: new AbortController(), crashes: 0 })
    pump()
  }

  function pump(): void {
    while (!closed.signal.aborted && running.size < limits.concurrentExecutions) {
      const entry = queue.shift()
      if (!entry) return
      running.set(entry.id, entry)
      const done = run(entry)
        .catch((error: unknown) => log.error('An execution could not be run', { id: entry.id, error }))
        .finally(() => {
          running.delete(entry.id)
          work.delete(done)
          pump()
        })
      work.add(done)
    }
  }

  async function run(entry: Entry): Promise<void> {
    const attempts = (store.executions.get(entry.id)?.attempts ?? 0) + 1
    if (attempts > MAX_STARTS) return finish(entry, unavailable())
    await insist(() => store.executions.update(entry.id, { attempts }))
    const giveUp = Date.now() + limits.executionTimeoutMs
    while (!closed.signal.aborted) {
      try {
        return await runOnce(entry)
      } catch (error) {
        if (isOfResultFile(error) && Date.now() < giveUp) {
          log.warn('The result of an execution could not be written; it is tried again', {
            id: entry.id,
            error,
          })
          const signal = AbortSignal.any([entry.stop.signal, closed.signal])
          await sleep(DISK_RETRY_MS, undefined, { signal }).catch(() => undefined)
          continue
        }
        if (error instanceof SqlError) {
          if (!closed.signal.aborted) await finish(entry, error)
          return
        }
        if (!(error instanceof WorkerLostError)) throw error
        if (error.crashed) entry.crashes += 1
        if (entry.crashes >= MAX_CRASHES) return finish(entry, unavailable())
      }
    }
  }

  async function runOnce(entry: Entry): Promise<void> {
    const signal = AbortSignal.any([entry.stop.signal, closed.signal])
    client.wake(true)
    await position.reached(entry.position, undefined, signal)
    signal.throwIfAborted()
    const { columns, rowCount } = await client.request(
      {
        kind: 'run',
        sql: entry.sql,
        timeoutMs: limits.executionTimeoutMs,
        maxRows: limits.executionRows,
        maxBytes: limits.executionBytes,
        resultFile: resultFile(store.folder, entry.id),
      },
      { timeoutMs: limits.executionTimeoutMs, signal },
    )
    const finishedAt = new Date().toISOString()
    await end(entry, { columns, execution: { state: 'SUCCEEDED', rowCount, finishedAt } })
  }

  async function finish(entry: Entry, { reason, message, cause }: SqlError): Promise<void> {
    log.info('An execution has failed', { id: entry.id, reason, detail: cause })
    const finishedAt = new Date().toISOString()
    await end(entry, { execution: { state: 'FAILED', reason, message, finishedAt } })
  }

  async function end(entry: Entry, change: Parameters<typeof store.executions.update>[1]): Promise<void> {
    const stored = await insist(() => store.executions.update(entry.id, change))
    if (!stored && change.execution?.state === 'SUCCEEDED')
      await removeResult(resultFile(store.folder, entry.id))
    if (stored) options.onFinished(entry.id)
  }

  /** The end of an execution must not get lost because the store is out of order for a while. */
  async function insist<T>(write: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await write()
      } catch (error) {
        if (closed.signal.aborted) throw error
        log.error('An execution could not be stored; the store is tried again', { error })
        await sleep(STORE_RETRY_MS, undefined, { signal: closed.signal })
      }
    }
  }

  for (const record of store.executions.running()) enqueue(record.id, record.sql, store.feed.head())

  return {
    async start({ sql, token }) {
      const from = store.feed.head()
      const known = store.executions.byToken(token)
      if (known) return { executionId: known.id }
      if (running.size + queue.length >= limits.unfinishedExecutions) {
        throw new StoreError('throttled', 'Too many executions are unfinished.')
      }
      const { record, created } = await store.executions.create({
        id: randomUUID(),
        token,
        sql,
        execution: { state: 'RUNNING' },
        startedAt: new Date().toISOString(),
        attempts: 0,
        expiresAt: Math.ceil((Date.now() + limits.retentionMs) / 1000),
      })
      if (created) enqueue(record.id, sql, from)
      return { executionId: record.id }
    },
    execution: (executionId) => store.executions.get(executionId)?.execution,
    async results(executionId, { start, limit, maxBytes }) {
      const record = store.executions.get(executionId)
      if (record?.execution.state !== 'SUCCEEDED') throw noResult()
      const from = start === undefined ? 0 : Number(start)
      if (!Number.isSafeInteger(from) || from < 0) throw noResult()
      try {
        const { rows, next } = await readResult(resultFile(store.folder, executionId), from, limit, maxBytes)
        return { columns: record.columns ?? [], rows, ...(next !== undefined && { next: String(next) }) }
      } catch (cause) {
        throw new SqlError('unavailable', 'The result of this execution can not be read.', { cause })
      }
    },
    async cancel(executionId) {
      const cancelled = new SqlError('cancelled', 'The statement was cancelled.')
      const waiting = queue.findIndex(({ id }) => id === executionId)
      const [entry] = waiting < 0 ? [] : queue.splice(waiting, 1)
      if (entry) await finish(entry, cancelled)
      else running.get(executionId)?.stop.abort(cancelled)
    },
    removeOrphans: () => removeOrphans(store.folder, (id) => store.executions.get(id) !== undefined),
    get running() {
      return running.size
    },
    get waiting() {
      return queue.length
    },
    async close() {
      closed.abort(new SqlError('unavailable', 'SQL is being shut down.'))
      await Promise.all(work)
    },
  }
}

function noResult(): SqlError {
  return new SqlError('failed', 'This execution has no such result.')
}

function unavailable(): SqlError {
  return new SqlError('unavailable', 'The statement could not be run: SQL broke down under it several times.')
}
