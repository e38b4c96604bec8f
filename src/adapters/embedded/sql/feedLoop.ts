import type { Logger } from '../../../ports/system.js'
import type { FeedRecord, Store } from '../store/store.js'
import { applyBatch } from './applyRows.js'
import { isFatal } from './failures.js'
import { buryFollowed } from './graveyard.js'
import { beginBatch, type GrowingBatch } from './growingBatch.js'
import type { Image } from './image.js'
import { createImageTidier } from './imageTidier.js'
import { pendingBatches } from './pendingRows.js'
import { createPositionWaiters } from './positionWaiters.js'
import type { AppliedEvent } from './protocol.js'
import { openRemovals } from './removeRows.js'
import type { StatementGate } from './statementGate.js'

export interface FeedLoopOptions {
  readonly store: Store
  readonly image: Image
  readonly log: Logger
  readonly gate: StatementGate
  /** Removed rows after which the image is tidied. Default: 50,000. */
  readonly tidyRows?: number
  readonly onApplied: (event: AppliedEvent) => void
  /** The image's file notes a position that was told as applied before. */
  readonly onSettled?: (position: number) => void
  /** The image can't be used any more. */
  readonly onFatal: (error: unknown) => void
}

/** Applies the feed to an image, again and again. */
export interface FeedLoop {
  start(): void
  isStarted(): boolean
  /** Looks at the feed rather than waiting for the next poll; `urgent`: somebody waits for what it holds now. */
  wake(urgent: boolean): void
  /** Resolves when the image shows the feed up to a position, after `waitMs`, or when the signal aborts. */
  reached(position: number, waitMs: number, signal: AbortSignal): Promise<void>
  /** Runs a piece of work while the image's writer does nothing else, and has no transaction open. */
  inTurn<T>(piece: () => Promise<T>): Promise<T>
  /** Ends after the transaction that runs. */
  close(): Promise<void>
}

/** Other processes' commits are found by looking; the host's own are announced. */
const POLL_MS = 50
/** While changes come one after the other, each announcement would cost their writer more than looking costs here. */
const BUSY_POLL_MS = 4
const BUSY_FOR_MS = 100
/** Longest that a change waits for others before it is shown, when nobody waits for it. */
const GROW_MS = 40
/** After so long without a question, what changes need is no longer done at once: together it takes less. */
const CALM_AFTER_MS = 2000
/** More changes than this at once are not gathered one by one. */
const MOST_AT_ONCE = 64
const MOST_GROWN = 512
/** Records that the image may be ahead of the position that its file notes, when there is never time for a note. */
const LATE_NOTE = 1000
/** Transactions of many changes scan the tables: a pause as long as the last one took leaves half the time to statements. */
const LONGEST_PAUSE_MS = 250
/** From this many changes on there is no pause: somebody loads data, and waits for it. */
const LOAD_CHANGES = 2000
const MAX_RECORDS = 5000
const MAX_CHANGES = 20_000
const RETRY_MS = [50, 100, 250, 500, 1000, 2000, 5000]

/** What to do after a step: how long to rest, and whether any news ends the rest or only somebody who waits. */
interface Rest {
  readonly ms: number
  readonly endsWithNews: boolean
}

const NO_REST: Rest = { ms: 0, endsWithNews: true }

export function createFeedLoop(options: FeedLoopOptions): FeedLoop {
  const { store, image, log } = options
  const bury = buryFollowed(store, () => image.position)
  const removals = openRemovals()
  const tidier = createImageTidier(options)
  let closed = false
  let loop: Promise<void> | undefined
  let work: Promise<unknown> = Promise.resolve()

  let growing: GrowingBatch | undefined
  /** What went wrong bit by bit is done in the other way, which finds the row that is to blame. */
  let isCareful = false
  /** Position that the image's file notes. */
  let noted = image.position
  let lastAsked = Number.NEGATIVE_INFINITY
  let lastChange = Number.NEGATIVE_INFINITY
  let changesAtOnce = MAX_CHANGES

  /** Somebody waits for the feed up to here. */
  let wanted = 0
  let isAsked = false
  const waiters = createPositionWaiters()
  let rest: Rest = NO_REST
  let endRest = () => {}

  /** The writer does one piece of work at a time. */
  function turn<T>(piece: () => Promise<T>): Promise<T> {
    const result = work.then(piece)
    work = result.catch(() => undefined)
    return result
  }

  function inTurn<T>(piece: () => Promise<T>): Promise<T> {
    return turn(async () => {
      try {
        await showGrown()
        await notePosition()
      } catch (error) {
        if (isFatal(error)) options.onFatal(error)
        log.warn('The query image could not be brought to rest', { error })
      }
      removals.close()
      const { generation } = image
      try {
        return await piece()
      } finally {
        // Another image in this one's place notes its own position with each change.
        if (image.generation !== generation) {
          noted = image.position
          options.onSettled?.(noted)
        }
      }
    })
  }

  function tell(changes: number, oldest: number, tookMs: number): void {
    options.onApplied({
      kind: 'applied',
      position: image.position,
      settled: noted,
      changes,
      lagMs: Math.max(0, Date.now() - oldest),
      tookMs,
    })
    waiters.reached(image.position)
  }

  async function step(): Promise<Rest> {
    const from = growing?.position ?? image.position
    const records = store.feed.read(from, MAX_RECORDS, changesAtOnce)
    const changes = records.reduce((sum, record) => sum + record.changes.length, 0)
    if (records.length > 0) lastChange = performance.now()
    if (changes > MOST_AT_ONCE || (isCareful && records.length > 0)) {
      await showGrown()
      return applyMany(records)
    }
    const isCalm = wanted <= image.position && performance.now() - lastAsked > CALM_AFTER_MS
    await grow(records, !isCalm)
    const isWanted = wanted > image.position
    const isLong = growing !== undefined && (growing.age() >= GROW_MS || growing.changes >= MOST_GROWN)
    // Somebody has asked meanwhile, for more than there was to read: not for ever, or those before them would wait.
    if (isWanted && !isLong && growing && growing.position < wanted && records.length > 0) return NO_REST
    if (growing && (isWanted || isCalm || isLong)) {
      const took = await showGrown()
      if (isWanted) return NO_REST
      if (isCalm) return { ms: Math.min(Math.max(took, GROW_MS), LONGEST_PAUSE_MS), endsWithNews: false }
    }
    if (!isCalm && performance.now() - lastChange < BUSY_FOR_MS)
      return { ms: BUSY_POLL_MS, endsWithNews: false }
    await notePosition()
    return { ms: POLL_MS, endsWithNews: true }
  }

  async function grow(records: readonly FeedRecord[], isEager: boolean): Promise<void> {
    if (records.length === 0) return
    await trying(async () => {
      growing ??= await beginBatch({ image, table: store.table, removals, note: dueNote() })
      await growing.add(records, isEager)
    })
  }

  /** What the next transaction is to note. Who waits does not wait for a note, unless it is long overdue. */
  function dueNote(): number | undefined {
    const { position } = image
    const isDue = wanted > position ? position - noted >= LATE_NOTE : position > noted
    return isDue ? position : undefined
  }

  /** Ends the open transaction, and shows what is in it. Answers the milliseconds that its work has taken. */
  async function showGrown(): Promise<number> {
    const batch = growing
    if (!batch) return 0
    await trying(() => batch.commit())
    growing = undefined
    noted = batch.note ?? noted
    changesAtOnce = Math.min(MAX_CHANGES, changesAtOnce * 2)
    tell(batch.changes, batch.oldest, batch.took())
    return batch.took()
  }

  async function trying(piece: () => Promise<void>): Promise<void> {
    try {
      await piece()
    } catch (error) {
      await growing?.rollback()
      growing = undefined
      isCareful = true
      throw error
    }
  }

  async function applyMany(records: readonly FeedRecord[]): Promise<Rest> {
    const oldest = records[0]?.time ?? Date.now()
    const began = performance.now()
    let changes = 0
    for await (const batch of pendingBatches(store.table, image.tables, records)) {
      const started = performance.now()
      await applyBatch(image, batch, (row, error) => bury(row.change, error))
      if (batch.position !== undefined) noted = batch.position
      changes += batch.changes
      tell(batch.changes, oldest, performance.now() - started)
    }
    isCareful = false
    changesAtOnce = Math.min(MAX_CHANGES, changesAtOnce * 2)
    if (changes >= LOAD_CHANGES) return NO_REST
    return { ms: Math.min(performance.now() - began, LONGEST_PAUSE_MS), endsWithNews: false }
  }

  /** The file's note follows the image when there is time: what lies between is applied again after a crash. */
  async function notePosition(): Promise<void> {
    if (growing || noted === image.position) return
    const { position } = image
    await image.writer.run(`UPDATE meta.image SET position = ${position}`)
    noted = position
    options.onSettled?.(position)
  }

  async function follow(): Promise<void> {
    let failures = 0
    while (!closed) {
      try {
        isAsked = false
        rest = await turn(step)
        if (tidier.isDue()) await inTurn(tidier.tidy)
        failures = 0
        // Somebody who has begun to wait meanwhile waits for no rest.
        if (rest.ms > 0 && !isAsked) await pause(rest.ms)
      } catch (error) {
        if (isFatal(error)) return options.onFatal(error)
        const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] as number
        failures += 1
        // A first failure may be a row's, whose own way is another one.
        if (failures === 1 && isCareful) continue
        // It may have been too much at once for the memory that is there.
        changesAtOnce = Math.max(1, changesAtOnce >> 2)
        log.warn('The query image could not follow the feed and tries again', { error, failures })
        rest = { ms: wait, endsWithNews: false }
        await pause(wait)
      }
    }
  }

  function pause(milliseconds: number): Promise<void> {
    if (closed) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      endRest = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function want(position: number): void {
    wanted = Math.max(wanted, position)
    lastAsked = performance.now()
    isAsked = true
    endRest()
  }

  return {
    start() {
      loop ??= follow()
    },
    isStarted: () => loop !== undefined,
    wake(urgent) {
      if (urgent) want(store.feed.head())
      else if (rest.endsWithNews) endRest()
    },
    async reached(position, waitMs, signal) {
      if (position <= image.position) return
      want(position)
      await waiters.wait(position, waitMs, signal)
    },
    inTurn,
    async close() {
      closed = true
      endRest()
      await loop
      await inTurn(async () => undefined)
    },
  }
}
