import type { DayNumber } from '../lake/days.js'
import type { FeedRecord, StoreTable } from '../store/store.js'
import { addRows, byTable, daysOf } from './applyRows.js'
import type { Image } from './image.js'
import { type PendingRow, readRow } from './pendingRows.js'
import { isRemovedAtOnce, type Removals, removeRows } from './removeRows.js'

/** A row does not fit its table: whoever can make a dead letter of it must apply these changes. */
export class UnfitRowError extends Error {
  override readonly name = 'UnfitRowError'
}

/**
 * A transaction of the image that is open while changes come, and does what each of them needs at once: ending it, which
 * statements wait for, is then the same small piece of work however many there were. Nobody else may use the image's
 * writer from its beginning to its end.
 */
export interface GrowingBatch {
  /** The feed is taken up to here. */
  readonly position: number
  /** Position that the image's file notes from its end on; undefined: the one that it noted before. */
  readonly note: number | undefined
  readonly changes: number
  /** When the oldest change was made, milliseconds since 1970. */
  readonly oldest: number
  /** Milliseconds since it was begun. */
  age(): number
  /** Milliseconds that the work has taken. */
  took(): number
  /**
   * Takes the next records, few of them. `isEager`: and does at once what they need, rather than at the end, together.
   * After an error only `rollback` is left.
   */
  add(records: readonly FeedRecord[], isEager: boolean): Promise<void>
  /** Shows it all. After an error only `rollback` is left. */
  commit(): Promise<void>
  rollback(): Promise<void>
}

export interface GrowingBatchOptions {
  readonly image: Image
  readonly table: StoreTable
  readonly removals: Removals
  /** A position up to which the image was committed before, to be noted in its file. */
  readonly note: number | undefined
}

export async function beginBatch(options: GrowingBatchOptions): Promise<GrowingBatch> {
  const { image, table, removals, note } = options
  const { writer } = image
  const begun = performance.now()
  const rows = new Map<string, PendingRow>()
  /** How many of a row's times have been seen to. */
  const removedTimes = new Map<string, number>()
  const days = new Map<string, Set<DayNumber>>()
  let { position } = image
  let changes = 0
  let oldest = Number.POSITIVE_INFINITY
  let removed = 0
  let took = 0

  async function timed(work: () => Promise<void>): Promise<void> {
    const started = performance.now()
    await work()
    took += performance.now() - started
  }

  /** What the image holds of these rows, as far as that is not gone already. */
  async function remove(keys: Iterable<string>): Promise<void> {
    const left: PendingRow[] = []
    for (const key of keys) {
      const row = rows.get(key) as PendingRow
      const times = row.times.slice(removedTimes.get(key) ?? 0)
      removedTimes.set(key, row.times.length)
      if (times.length > 0) left.push({ ...row, times })
    }
    for (const [target, own] of byTable(left)) removed += await removeRows(writer, target, own, removals)
  }

  /** Marks days that have no mark of this transaction yet. */
  async function mark(changed: Iterable<PendingRow>): Promise<void> {
    const fresh = new Map<string, Set<DayNumber>>()
    for (const [name, own] of daysOf(changed)) {
      const known = days.get(name) ?? new Set()
      days.set(name, known)
      const left = new Set([...own].filter((day) => !known.has(day)))
      for (const day of left) known.add(day)
      if (left.size > 0) fresh.set(name, left)
    }
    if (fresh.size > 0) await image.dirty?.mark(writer, fresh)
  }

  await timed(async () => {
    await writer.run('BEGIN')
    if (note === undefined) return
    try {
      await writer.run(`UPDATE meta.image SET position = ${note}`)
    } catch (error) {
      await rollback()
      throw error
    }
  })

  async function rollback(): Promise<void> {
    // A failed COMMIT has ended it already.
    await writer.run('ROLLBACK').catch(() => undefined)
  }

  return {
    note,
    get position() {
      return position
    },
    get changes() {
      return changes
    },
    get oldest() {
      return oldest
    },
    age: () => performance.now() - begun,
    took: () => took,
    add: (records, isEager) =>
      timed(async () => {
        const changed = new Set<string>()
        for (const record of records) {
          oldest = Math.min(oldest, record.time)
          for (const change of record.changes) {
            changes += 1
            const target = image.tables.get((change.new ?? change.old)?.entityType ?? '')
            if (!target) continue
            const key = change.key.PK
            const row = readRow(table, target, change, rows.get(key))
            if (row.unfit !== undefined) throw new UnfitRowError(row.unfit)
            rows.set(key, row)
            if (isEager && isRemovedAtOnce(target)) changed.add(key)
          }
          position = record.sequence
        }
        await remove(changed)
        await mark([...changed].map((key) => rows.get(key) as PendingRow))
      }),
    commit: () =>
      timed(async () => {
        await remove(rows.keys())
        await mark(rows.values())
        for (const [target, own] of byTable([...rows.values()])) {
          await addRows(
            writer,
            target,
            own.flatMap(({ row }) => (row ? [row] : [])),
          )
        }
        await writer.run('COMMIT')
        image.dirty?.committed(days)
        image.removedRows += removed
        image.position = position
      }),
    rollback,
  }
}
