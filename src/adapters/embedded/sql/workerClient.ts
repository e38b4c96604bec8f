import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { SqlError, type SqlFailureReason } from '../../../ports/sqlEngine.js'
import type { Logger } from '../../../ports/system.js'
import type { KnownUnused } from './alterTables.js'
import { forkProcess } from './forkProcess.js'
import type {
  Answers,
  Command,
  FromWorker,
  ImageModel,
  OpenMessage,
  ToWorker,
  WorkerEvent,
} from './protocol.js'
import type { SqlLimits } from './sqlLimits.js'

/** The worker ended while it was asked. `crashed` is false when it was ended for another request's sake. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError'
  readonly crashed: boolean

  constructor(crashed: boolean) {
    super('The SQL process has ended.')
    this.crashed = crashed
  }
}

export interface WorkerClientOptions {
  readonly folder: string
  readonly limits: SqlLimits
  readonly log: Logger
  readonly model: () => ImageModel
  /** What is known of stored rows under that model. */
  readonly unused: () => KnownUnused | undefined
  readonly onEvent: (event: Exclude<WorkerEvent, { kind: 'log' }>) => void
  /** The worker is gone; another one comes. */
  readonly onLost: () => void
  /** Becomes the first worker, if it is still there. */
  readonly prepared?: PreparedWorker
}

/** The worker process as its parent sees it: always there, except that requests under way fail when it is replaced. */
export interface WorkerClient {
  /**
   * Asks the worker. With `timeoutMs` it is told to stop after that time, and is ended when it has not answered a
   * while later: then, too, the failure is a `SqlError` with reason `timeout`. Throws `SqlError` or `WorkerLostError`.
   */
  request<C extends Command>(
    command: C,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<Answers[C['kind']]>
  /** Says that the feed has grown. */
  wake(urgent: boolean): void
  /** Process id of the present worker, for whoever wants to look at it; undefined between two. */
  pid(): number | undefined
  /** Workers that ended without being asked to. */
  restarts(): number
  close(): Promise<void>
}

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
  /** The process has told it to stop. */
  readonly onStopping: (reason: SqlFailureReason) => void
}

const BACKOFF_MS = [50, 250, 1000, 2000, 5000]
/** A worker that has lived this long starts again at once. */
const HEALTHY_MS = 10_000
const CLOSE_MS = 5000
/** Longest that a message about a commit is held back for the ones that follow. */
const WAKE_PAUSE_MS = 10
const TOO_LONG = 'The statement took too long and was stopped.'
const OVERDUE: Partial<Record<SqlFailureReason, string>> = {
  outOfMemory: 'The statement needs more memory than statements may use.',
  cancelled: 'The statement was cancelled.',
}
const STDERR_CHARS = 4000

/** A SQL process that has been started ahead of its first task. It ends with this process at the latest. */
export interface PreparedWorker {
  /** Takes it over; undefined when somebody has, or when it has ended. */
  take(): ChildProcess | undefined
}

/** Starts a SQL process that loads its engine while there is no model for it yet, such as during a compilation. */
export function prepareWorker(limits: SqlLimits): PreparedWorker {
  let prepared: ChildProcess | undefined = forkWorker(limits)
  const forget = () => {
    prepared = undefined
  }
  prepared.once('exit', forget).once('error', forget)
  // It must not keep a process alive that ends without having needed it.
  const hold = (child: ChildProcess, how: 'ref' | 'unref') => {
    const stderr = child.stderr as Socket | null
    for (const handle of [child, child.channel, stderr]) handle?.[how]()
  }
  hold(prepared, 'unref')
  return {
    take() {
      const taken = prepared
      prepared = undefined
      taken?.off('exit', forget).off('error', forget)
      if (taken) hold(taken, 'ref')
      return taken
    },
  }
}

export function startWorkerClient(options: WorkerClientOptions): WorkerClient {
  const { limits, log } = options
  const pending = new Map<number, Pending>()
  let requests = 0
  let child: ChildProcess | undefined
  let restarts = 0
  let failures = 0
  let closing = false
  let killed = false
  let restartTimer: NodeJS.Timeout | undefined
  let wakeIsDue = false
  let wakePause: NodeJS.Timeout | undefined

  function start(): void {
    const started = Date.now()
    const current = options.prepared?.take() ?? forkWorker(limits)
    child = current
    killed = false
    let stderr = ''
    current.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARS)
    })
    current.on('message', (message: FromWorker) => receive(message))
    // A failed start has no `exit`; a failed send is followed by one.
    current.on('error', (error) => {
      log.error('The SQL process could not be started or reached', { error })
      if (current.pid === undefined) ended(null)
    })
    current.on('exit', (code, signal) => ended(signal ?? code))

    function ended(how: string | number | null): void {
      if (child !== current) return
      child = undefined
      const crashed = !killed
      for (const { reject } of pending.values()) reject(new WorkerLostError(crashed))
      pending.clear()
      if (closing) return
      options.onLost()
      restarts += 1
      failures = Date.now() - started > HEALTHY_MS ? 0 : failures + 1
      const wait = killed ? 0 : (BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? 0)
      log.warn('The SQL process has ended and starts again', { how, wait, ...(stderr && { stderr }) })
      restartTimer = setTimeout(start, wait)
    }

    const unused = options.unused()
    const { folder, model } = options
    post({ kind: 'open', folder, model: model(), limits, ...(unused && { unused }) } satisfies OpenMessage)
  }

  function receive(message: FromWorker): void {
    if (message.kind === 'log') {
      log[message.level](message.message, message.fields)
    } else if (message.kind === 'answer') {
      settle(message.request)?.resolve(message.value as never)
    } else if (message.kind === 'failure') {
      const { reason, message: sentence, detail } = message
      const cause = detail === undefined ? undefined : new Error(detail)
      settle(message.request)?.reject(new SqlError(reason, sentence, cause && { cause }))
    } else if (message.kind === 'memoryExceeded') {
      for (const number of message.requests) pending.get(number)?.onStopping('outOfMemory')
    } else {
      options.onEvent(message)
    }
  }

  function settle(request: number): Pending | undefined {
    const found = pending.get(request)
    pending.delete(request)
    return found
  }

  function post(message: ToWorker): void {
    if (child?.connected) child.send(message)
  }

  function kill(): void {
    killed = true
    child?.kill('SIGKILL')
  }

  async function request<C extends Command>(
    command: C,
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Answers[C['kind']]> {
    signal?.throwIfAborted()
    if (!child) throw new WorkerLostError(false)
    requests += 1
    const number = requests
    let overdue: SqlFailureReason | undefined
    let timer: NodeJS.Timeout | undefined
    let stopping = false
    const killLater = (reason: SqlFailureReason, milliseconds: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        overdue = reason
        log.warn('A statement did not stop in time, so the SQL process is ended', { reason })
        kill()
      }, milliseconds)
    }
    if (timeoutMs !== undefined) killLater('timeout', timeoutMs + limits.graceMs)
    const stop = () => {
      const reason = signal?.reason instanceof SqlError ? signal.reason.reason : 'cancelled'
      post({ kind: 'stop', request: number, reason })
      killLater(reason, limits.graceMs)
    }
    const onStopping = (reason: SqlFailureReason) => {
      // Told again and again while there is too much.
      if (!stopping) killLater(reason, limits.graceMs)
      stopping = true
    }
    signal?.addEventListener('abort', stop)
    try {
      return await new Promise<Answers[C['kind']]>((resolve, reject) => {
        pending.set(number, { resolve, reject, onStopping })
        post({ kind: 'command', request: number, command })
      })
    } catch (error) {
      if (overdue === undefined || !(error instanceof WorkerLostError)) throw error
      throw new SqlError(overdue, OVERDUE[overdue] ?? TOO_LONG, { cause: error })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  }

  /** Commits that come shortly after a message are told together: a message takes as long as a write. */
  function wakeNow(): void {
    wakeIsDue = false
    post({ kind: 'wake', urgent: false })
    wakePause = setTimeout(() => {
      wakePause = undefined
      if (wakeIsDue) wakeNow()
    }, WAKE_PAUSE_MS)
    wakePause.unref()
  }

  start()

  return {
    request,
    wake(urgent) {
      if (urgent) return post({ kind: 'wake', urgent })
      if (wakePause) wakeIsDue = true
      else wakeNow()
    },
    pid: () => child?.pid,
    restarts: () => restarts,
    async close() {
      closing = true
      clearTimeout(restartTimer)
      clearTimeout(wakePause)
      const last = child
      if (!last) return
      const exited = new Promise((resolve) => last.once('exit', resolve))
      const timer = setTimeout(() => last.kill('SIGKILL'), CLOSE_MS)
      request({ kind: 'close' }).catch(() => undefined)
      await exited
      clearTimeout(timer)
    },
  }
}

/** Threads of the follower, of opening connections and of files, beside one for each statement. */
const SPARE_THREADS = 4

function forkWorker(limits: SqlLimits): ChildProcess {
  return forkProcess('worker', limits.concurrentExecutions + limits.concurrentQueries + SPARE_THREADS)
}
