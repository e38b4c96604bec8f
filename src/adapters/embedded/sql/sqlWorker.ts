import type { LakeTable } from '../../../model/lakeSchema.js'
import { lakeTables } from '../../../model/lakeSchema.js'
import { SqlError, type SqlRow } from '../../../ports/sqlEngine.js'
import type { Logger } from '../../../ports/system.js'
import { openStore } from '../store/openStore.js'
import { exportLake } from './exportLake.js'
import { isDamage, isFatal, sqlError } from './failures.js'
import { startFollower } from './follower.js'
import { closeImage, openImage } from './image.js'
import { markDamaged } from './imageFile.js'
import { guardMemory } from './memoryGuard.js'
import type {
  Answers,
  Command,
  FromWorker,
  LogEvent,
  OpenMessage,
  RunAnswer,
  RunCommand,
  StopMessage,
  ToWorker,
} from './protocol.js'
import { writeResult } from './resultFile.js'
import { type RowSink, runStatement, type TranslatedStatement } from './runStatement.js'
import { createStatementGate } from './statementGate.js'
import { translateStatement } from './translateStatement.js'

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
  const image = await openImage(store, open.limits)
  const running = new Map<number, AbortController>()

  const gate = createStatementGate()
  const follower = startFollower({
    gate,
    store,
    image,
    log,
    onApplied: send,
    onProgress: (table, rows) => send({ kind: 'progress', work: 'image', table, rows }),
    onFatal: giveUp,
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

  /** Those of the present image, also while those of another model are being made. */
  function shownTables(): LakeTable[] {
    return [...image.tables.values()].map(({ table }) => table)
  }

  async function run(request: number, command: RunCommand): Promise<RunAnswer> {
    const controller = new AbortController()
    running.set(request, controller)
    await gate.enter()
    const timer = setTimeout(() => controller.abort(tooSlow(command.timeoutMs)), command.timeoutMs)
    try {
      const shown = shownTables()
      const { sql, columns } = translateStatement(command.sql, shown)
      const statement = { sql, tables: shown.map(({ name }) => name) }
      const { resultFile } = command
      if (resultFile !== undefined) {
        return {
          columns,
          rows: [],
          rowCount: await runIntoFile(statement, command, resultFile, controller.signal),
        }
      }
      const rows: SqlRow[] = []
      const sink: RowSink = { take: (row) => rows.push(row), drain: async () => undefined }
      return {
        columns,
        rows,
        rowCount: await runStatement(image.instance, statement, command, sink, controller.signal),
      }
    } finally {
      clearTimeout(timer)
      gate.leave()
      running.delete(request)
    }
  }

  async function runIntoFile(
    statement: TranslatedStatement,
    command: RunCommand,
    file: string,
    signal: AbortSignal,
  ): Promise<number> {
    const writer = await writeResult(file)
    try {
      const rowCount = await runStatement(image.instance, statement, command, writer, signal)
      await writer.finish()
      return rowCount
    } catch (error) {
      await writer.discard()
      throw error
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
    await follower.close()
    // What a statement still holds open keeps the file from being written in order.
    await gate.quiet(CLOSE_WAIT_MS, async () => undefined)
    closeImage(image)
    await store.close()
    process.exit(0)
  }

  async function execute(request: number, command: Command): Promise<Answers[Command['kind']]> {
    switch (command.kind) {
      case 'run':
        return run(request, command)
      case 'reload':
        await follower.setTables(lakeTables(command.model))
        return null
      case 'export':
        return exportLake(image.instance, shownTables(), command.folder, {
          memoryMb: open.limits.memoryMb,
          onProgress: (table, rows) => send({ kind: 'progress', work: 'export', table, rows }),
        })
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

  follower
    .setTables(lakeTables(open.model))
    .then(() => send({ kind: 'ready', position: image.position }), giveUp)
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

function sendingLog(send: (message: FromWorker) => void): Logger {
  const write =
    (level: LogEvent['level']) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void =>
      send({ kind: 'log', level, message, ...(fields && { fields: plainFields(fields) }) })
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

/** Errors of the engine's own classes don't travel between processes. */
function plainFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? value.message : value]),
  )
}
