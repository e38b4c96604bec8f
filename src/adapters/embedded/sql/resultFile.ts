import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SqlRow } from '../../../ports/sqlEngine.js'
import type { RowSink } from './runStatement.js'

/** A result being written: one row a line, as JSON. */
export interface ResultWriter extends RowSink {
  /** Puts the file in its place. It is on disk when this resolves. */
  finish(): Promise<void>
  /** Leaves nothing behind. */
  discard(): Promise<void>
}

/**
 * Results are files of their own, not part of the store: a large one would hold up the store's writers, and its
 * room there would never shrink again.
 */
export function resultFile(folder: string, executionId: string): string {
  return join(folder, 'results', `${executionId}.jsonl`)
}

const BUFFER_CHARS = 256 * 1024

export async function writeResult(file: string): Promise<ResultWriter> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.part`
  const handle = await open(part, 'w', 0o600)
  let lines: string[] = []
  let size = 0

  async function flush(): Promise<void> {
    if (size === 0) return
    const text = `${lines.join('\n')}\n`
    lines = []
    size = 0
    // Not `write`: on a disk that is nearly full it writes a part only, and says no more than how much.
    await handle.appendFile(text)
  }

  return {
    take(_row, json) {
      lines.push(json)
      size += json.length + 1
    },
    drain: async () => {
      if (size >= BUFFER_CHARS) await flush()
    },
    async finish() {
      await flush()
      await handle.sync()
      await handle.close()
      await rename(part, file)
      await syncFolder(dirname(file))
    },
    async discard() {
      await handle.close().catch(() => undefined)
      await rm(part, { force: true })
    },
  }
}

/** Rows from a byte on; `next` is the byte after them, absent at the end. */
export interface ResultPart {
  readonly rows: readonly SqlRow[]
  readonly next?: number
}

const READ_BYTES = 256 * 1024
const LINE_END = 0x0a

/** Reads at most `limit` rows and about `maxBytes`, but at least one row. */
export async function readResult(
  file: string,
  start: number,
  limit: number,
  maxBytes: number,
): Promise<ResultPart> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const rows: SqlRow[] = []
    let rest = Buffer.alloc(0)
    let next = start
    while (next + rest.length < size) {
      const room = Buffer.allocUnsafe(Math.min(READ_BYTES, size - next - rest.length))
      const { bytesRead } = await handle.read(room, 0, room.length, next + rest.length)
      if (bytesRead === 0) break
      rest = Buffer.concat([rest, room.subarray(0, bytesRead)])
      for (let end = rest.indexOf(LINE_END); end >= 0; end = rest.indexOf(LINE_END)) {
        if (rows.length >= limit || (rows.length > 0 && next + end + 1 - start > maxBytes))
          return { rows, next }
        rows.push(JSON.parse(rest.toString('utf8', 0, end)) as SqlRow)
        next += end + 1
        rest = rest.subarray(end + 1)
      }
    }
    return next < size ? { rows, next } : { rows }
  } finally {
    await handle.close()
  }
}

export async function removeResult(file: string): Promise<void> {
  await rm(file, { force: true })
}

/** Removes what belongs to no execution, and what an attempt that was cut short has left. */
export async function removeOrphans(folder: string, isKept: (executionId: string) => boolean): Promise<void> {
  const results = join(folder, 'results')
  for (const name of await readdir(results).catch(() => [])) {
    const [id] = name.split('.', 1)
    if (!isKept(id as string)) await rm(join(results, name), { force: true })
  }
}

/** The name is on disk only when its folder is. Not every system can do that, or needs it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
