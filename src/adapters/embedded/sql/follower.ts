import type { LakeTable } from '../../../model/lakeSchema.js'
import type { Logger } from '../../../ports/system.js'
import type { Store } from '../store/store.js'
import { alterTables, type KnownUnused } from './alterTables.js'
import { applyBatch } from './applyRows.js'
import { carryMarks } from './carryMarks.js'
import { isFatal } from './failures.js'
import { buryFollowed, buryFound } from './graveyard.js'
import { type Image, imageTables, inTransaction, makeViews, staleTables } from './image.js'
import { makeTables } from './makeTables.js'
import { pendingBatches } from './pendingRows.js'
import type { AppliedEvent } from './protocol.js'
import type { StatementGate } from './statementGate.js'

/** Keeps an image up to date with the feed. */
export interface Follower {
  /** Looks at the feed rather than waiting for the next poll; `urgent`: at once, without a pause. */
  wake(urgent: boolean): void
  /**
   * Makes the tables that the image lacks, drops those that are gone, and follows from there. When it throws, the image
   * shows what it showed. What is known of stored rows spares their reading.
   */
  setTables(tables: readonly LakeTable[], unused?: KnownUnused): Promise<void>
  /** Runs a piece of work while the image's writer does nothing else. */
  inTurn<T>(piece: () => Promise<T>): Promise<T>
  /**
   * Puts a fresh image in the present one's place. `prepare` runs while nothing is applied, and brings the fresh one to
   * the present one's position. Answers what is left of the old one, for the caller to close.
   */
  swapIn(
    prepare: () => Promise<{ readonly fresh: Image; readonly republish: boolean }>,
  ): Promise<Pick<Image, 'instance' | 'writer' | 'generation'>>
  /** Ends after the transaction that runs. */
  close(): Promise<void>
}

export interface FollowerOptions {
  readonly store: Store
  readonly image: Image
  readonly log: Logger
  readonly gate: StatementGate
  /** Removed rows after which the image is tidied. Default: 50,000. */
  readonly tidyRows?: number
  readonly onApplied: (event: AppliedEvent) => void
  readonly onProgress: (table: string, rows: number) => void
  /** The image can't be used any more. */
  readonly onFatal: (error: unknown) => void
}

/** Other processes' commits are found by looking; the host's own are announced. */
const POLL_MS = 50
/** Each transaction scans what it changes: a pause as long as the last one took leaves half the time to statements. */
const LONGEST_PAUSE_MS = 250
/** Shortest pause once no statement has waited for changes for a while. */
const CALM_PAUSE_MS = 40
const CALM_AFTER_MS = 1000
/** From this many changes on there is no pause: somebody loads data, and waits for it. */
const LOAD_CHANGES = 2000
const MAX_RECORDS = 5000
const MAX_CHANGES = 20_000
const TIDY_ROWS = 50_000
/** How long statements may be held up for the sake of tidiness, and how seldom. */
const QUIET_WAIT_MS = 250
const TIDY_PAUSE_MS = 10_000
const RETRY_MS = [50, 100, 250, 500, 1000, 2000, 5000]

/** Starts to follow once `setTables` has been called. */
export function startFollower(options: FollowerOptions): Follower {
  const { store, image, log, tidyRows = TIDY_ROWS } = options
  const bury = buryFollowed(store, () => image.position)
  let closed = false
  let idle = false
  let endPause = () => {}
  let lastAsked = Number.NEGATIVE_INFINITY
  let changesAtOnce = MAX_CHANGES
  let nextTidy = 0
  let work: Promise<unknown> = Promise.resolve()
  let loop: Promise<void> | undefined

  /** The writer does one piece of work at a time. */
  function inTurn<T>(piece: () => Promise<T>): Promise<T> {
    const result = work.then(piece)
    work = result.catch(() => undefined)
    return result
  }

  async function applyPending(): Promise<number> {
    const records = store.feed.read(image.position, MAX_RECORDS, changesAtOnce)
    const oldest = records[0]
    if (!oldest) return 0
    let changes = 0
    for await (const batch of pendingBatches(store.table, image.tables, records)) {
      const started = performance.now()
      await applyBatch(image, batch, (row, error) => bury(row.change, error))
      changes += batch.changes
      options.onApplied({
        kind: 'applied',
        position: image.position,
        changes: batch.changes,
        lagMs: Math.max(0, Date.now() - oldest.time),
        tookMs: performance.now() - started,
      })
    }
    return changes
  }

  /**
   * The engine gives back the room of removed rows only when it writes its file while no statement runs; under
   * statements that never pause, the image would grow and grow.
   */
  async function tidy(): Promise<void> {
    if (image.removedRows < tidyRows || Date.now() < nextTidy) return
    const done = await options.gate.quiet(QUIET_WAIT_MS, async () => {
      await image.writer.run('CHECKPOINT')
      image.removedRows = 0
    })
    if (!done) nextTidy = Date.now() + TIDY_PAUSE_MS
  }

  async function follow(): Promise<void> {
    let failures = 0
    while (!closed) {
      const started = performance.now()
      try {
        const changes = await inTurn(applyPending)
        await inTurn(tidy)
        failures = 0
        changesAtOnce = Math.min(MAX_CHANGES, changesAtOnce * 2)
        const took = performance.now() - started
        if (changes === 0) await pause(POLL_MS, true)
        else if (changes < LOAD_CHANGES) await pause(pauseAfter(took), false)
      } catch (error) {
        if (isFatal(error)) return options.onFatal(error)
        const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] as number
        failures += 1
        // It may have been too much at once for the memory that is there.
        changesAtOnce = Math.max(1, changesAtOnce >> 2)
        log.warn('The query image could not follow the feed and tries again', { error, failures })
        await pause(wait, false)
      }
    }
  }

  async function makeStale(tables: readonly LakeTable[], unused: KnownUnused | undefined): Promise<void> {
    const stale = await staleTables(image, tables)
    const left = await alterTables(
      image,
      tables.filter(({ name }) => stale.has(name)),
      unused,
      store,
    )
    await makeTables(image, store.table, left, { bury: buryFound(store), onProgress: options.onProgress })
    await makeViews(image.writer, tables)
  }

  /** While nobody asks, changes are gathered: a transaction for each few of them takes many times as long. */
  function pauseAfter(took: number): number {
    const isCalm = performance.now() - lastAsked > CALM_AFTER_MS
    return Math.min(Math.max(took, isCalm ? CALM_PAUSE_MS : 0), LONGEST_PAUSE_MS)
  }

  /** `ends`: with any wake, not only an urgent one. */
  function pause(milliseconds: number, ends: boolean): Promise<void> {
    idle = ends
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    wake(urgent) {
      if (urgent) lastAsked = performance.now()
      if (urgent || idle) endPause()
    },
    setTables: (tables, unused) =>
      inTurn(async () => {
        let made = image.tables
        const make = async () => {
          await makeStale(tables, unused)
          made = await imageTables(image.writer, tables)
        }
        // At first nobody looks on, and what is made stays made. Later statements see the old tables, then all of the
        // new ones; when one of them can't be made, everything is as it was.
        await (loop ? inTransaction(image.writer, make) : make())
        image.tables = made
        loop ??= follow()
      }),
    inTurn,
    swapIn: (prepare) =>
      inTurn(async () => {
        const { fresh, republish } = await prepare()
        const old = { ...image }
        await carryMarks(image, fresh, republish)
        Object.assign(image, fresh)
        return old
      }),
    async close() {
      closed = true
      endPause()
      await loop
      await work
    },
  }
}
