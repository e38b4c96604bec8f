import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { LakeTable } from '../../../model/lakeSchema.js'
import { lakeTables } from '../../../model/lakeSchema.js'
import { SqlError, type SqlRow } from '../../../ports/sqlEngine.js'
import { openDirtyDays } from '../lake/dirtyDays.js'
import { createPublisher } from '../lake/publisher.js'
import { openStore } from '../store/openStore.js'
import { describeImage } from './describeImage.js'
import { exportLake } from './exportLake.js'
import { isDamage, isFatal, sqlError } from './failures.js'
import { startFollower } from './follower.js'
import { closeImage, openImage } from './image.js'
import { markDamaged, spillFolder, withConnection } from './imageFile.js'
import { type Lease, leaseImage } from './imageLeases.js'
import { startImageRewriter } from './imageRewriter.js'
import { knownStatements } from './knownStatements.js'
import { guardMemory } from './memoryGuard.js'
import type {
  Answers,
  Command,
  FromWorker,
  OpenMessage,
  PublishCommand,
  PublishedLake,
  RunAnswer,
  RunCommand,
  StopMessage,
  ToWorker,
  VerifiedLake,
  VerifyCommand,
} from './protocol.js'
import { writeResult } from './resultFile.js'
import { type RowSink, runStatement, type TranslatedStatement } from './runStatement.js'
import type { StatementConnections } from './statementConnections.js'
import { createStatementGate } from './statementGate.js'
import { verifyLake } from './verify/verifyLake.js'
import { sendingLog } from './workerLog.js'

/** The child process's side of the engine. */
export interface Worker {
  handle(message: Exclude<ToWorker, OpenMessage>): void
}

/** Opens the store and the image, and makes what the image lacks while commands already wait. */
export async function openWorker(
  open: OpenMessage,
  send: (message: FromWorker) => void,
  fail: (error: unknown) => void,
): Promise<Worker> {
  const log = sendingLog(send)
  const store = await openStore(open.folder)
  store.onDamage(fail)
  const image = await openImage(store, open.limits)
  const running = new Map<number, AbortController>()
  image.dirty = await openDirtyDays(image.writer)

  const gate = createStatementGate()
  const leases = leaseImage(image)
  const statements = knownStatements()
  const follower = startFollower({
    gate,
    store,
    image,
    log,
    onApplied(event) {
      const unpublishedSince = image.dirty?.since()
      send({ ...event, ...(unpublishedSince !== undefined && { unpublishedSince }) })
    },
    onSettled: (settled) => send({ kind: 'settled', settled }),
    onProgress: (table, rows) => send({ kind: 'progress', work: 'image', table, rows }),
    onFatal: giveUp,
  })

  const publisher = createPublisher({ image, follower, log, reading })

  /** While it reads, the image is not tidied. */
  async function reading<T>(use: (reader: DuckDBConnection) => Promise<T>): Promise<T> {
    await gate.enter()
    try {
      return await withImage((instance) => withConnection(instance, use))
    } finally {
      gate.leave()
    }
  }

  const rewriter = startImageRewriter({
    store,
    image,
    leases,
    follower,
    limits: open.limits,
    log,
    send,
    onProgress: (table, rows) => send({ kind: 'progress', work: 'rewrite', table, rows }),
  })

  const stopGuard = guardMemory(open.limits.memoryMb, () => {
    // A call of one function does not stop before its end: the host ends the process then.
    send({ kind: 'memoryExceeded', requests: [...running.keys()] })
    for (const controller of running.values()) {
      controller.abort(
        new SqlError('outOfMemory', 'The statement needs more memory than statements may use.'),
      )
    }
  })

  /** A damaged image is made again by the next process. */
  function giveUp(error: unknown): void {
    if (isDamage(error)) markDamaged(open.folder)
    fail(error)
  }

  /** Uses the image as it is now, to the end: another one may take its place meanwhile. */
  async function withImage<T>(
    use: (instance: DuckDBInstance, tables: LakeTable[]) => Promise<T>,
  ): Promise<T> {
    // Tables of the present model, also while those of another one are being made.
    return withLease(({ instance, tables }) =>
      use(
        instance,
        [...tables.values()].map(({ table }) => table),
      ),
    )
  }

  async function withLease<T>(use: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = leases.take()
    try {
      return await use(lease)
    } finally {
      lease.release()
    }
  }

  async function run(request: number, command: RunCommand): Promise<RunAnswer> {
    const controller = new AbortController()
    running.set(request, controller)
    const timer = setTimeout(() => controller.abort(tooSlow(command.timeoutMs)), command.timeoutMs)
    const { position, waitMs } = command.after ?? { position: 0, waitMs: 0 }
    await follower.reached(position, waitMs, controller.signal)
    await gate.enter()
    try {
      return await withLease(async ({ connections, tables }) => {
        const statement = statements.translate(command.sql, tables)
        const { columns } = statement
        const { resultFile } = command
        if (resultFile !== undefined) {
          const rowCount = await runIntoFile(connections, statement, command, resultFile, controller.signal)
          return { columns, rows: [], rowCount }
        }
        const rows: SqlRow[] = []
        const sink: RowSink = { take: (row) => rows.push(row), drain: async () => undefined }
        const rowCount = await runStatement(connections, statement, command, sink, controller.signal)
        return { columns, rows, rowCount }
      })
    } finally {
      clearTimeout(timer)
      gate.leave()
      running.delete(request)
    }
  }

  async function runIntoFile(
    connections: StatementConnections,
    statement: TranslatedStatement,
    command: RunCommand,
    file: string,
    signal: AbortSignal,
  ): Promise<number> {
    const writer = await writeResult(file)
    try {
      const rowCount = await runStatement(connections, statement, command, writer, signal)
      await writer.finish()
      return rowCount
    } catch (error) {
      await writer.discard()
      throw error
    }
  }

  async function publish(request: number, command: PublishCommand): Promise<PublishedLake> {
    const controller = new AbortController()
    running.set(request, controller)
    try {
      await prepared
      return await publisher.publish({
        ...command,
        signal: controller.signal,
        onProgress: (table, rows, total) => send({ kind: 'progress', work: 'publish', table, rows, total }),
      })
    } finally {
      running.delete(request)
    }
  }

  async function verify(request: number, command: VerifyCommand): Promise<VerifiedLake> {
    const controller = new AbortController()
    running.set(request, controller)
    try {
      return await verifyLake({
        store,
        image,
        withImage,
        lakeFolder: command.lakeFolder,
        spill: spillFolder(open.folder, 'verify'),
        signal: controller.signal,
        onProgress: (table, rows) => send({ kind: 'progress', work: 'verify', table, rows }),
      })
    } finally {
      running.delete(request)
    }
  }

  function stop({ request, reason }: StopMessage): void {
    running.get(request)?.abort(new SqlError(reason, 'The statement was cancelled.'))
  }

  async function close(): Promise<never> {
    for (const controller of running.values()) {
      controller.abort(new SqlError('unavailable', 'SQL is being shut down.'))
    }
    stopGuard()
    await rewriter.close()
    await follower.close()
    // What a statement still holds open keeps the file from being written in order.
    await gate.quiet(CLOSE_WAIT_MS, async () => undefined)
    leases.close()
    closeImage(image)
    await store.close()
    process.exit(0)
  }

  async function execute(request: number, command: Command): Promise<Answers[Command['kind']]> {
    switch (command.kind) {
      case 'run':
        return run(request, command)
      case 'reload':
        await follower.setTables(lakeTables(command.model), command.unused)
        return null
      case 'export':
        return withImage((instance, shown) =>
          exportLake(instance, shown, command.folder, {
            memoryMb: open.limits.memoryMb,
            onProgress: (table, rows) => send({ kind: 'progress', work: 'export', table, rows }),
          }),
        )
      case 'rewrite':
        return rewriter.rewrite(command)
      case 'describe':
        return describeImage(image, open.folder)
      case 'publish':
        return publish(request, command)
      case 'verify':
        return verify(request, command)
      case 'close':
        return close()
    }
  }

  async function answer(request: number, command: Command): Promise<void> {
    try {
      send({ kind: 'answer', request, value: await execute(request, command) })
    } catch (error) {
      const cause = error instanceof SqlError ? error.cause : error
      // No answer: whoever asked asks the next process, which makes the image again.
      if (isDamage(cause)) return giveUp(cause)
      const { reason, message } = sqlError(error)
      const detail = cause instanceof Error ? cause.message : undefined
      send({ kind: 'failure', request, reason, message, ...(detail !== undefined && { detail }) })
      if (isFatal(cause)) giveUp(cause)
    }
  }

  const prepared = follower.setTables(lakeTables(open.model), open.unused)
  prepared.then(() => send({ kind: 'ready', position: image.position }), giveUp)
  send({ kind: 'open' })

  return {
    handle(message) {
      if (message.kind === 'wake') follower.wake(message.urgent)
      else if (message.kind === 'stop') stop(message)
      else void answer(message.request, message.command)
    },
  }
}

const CLOSE_WAIT_MS = 2000

function tooSlow(timeoutMs: number): SqlError {
  return new SqlError('timeout', `The statement took longer than ${Math.round(timeoutMs / 1000)} s.`)
}
