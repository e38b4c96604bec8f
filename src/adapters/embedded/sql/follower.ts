import type { LakeTable } from '../../../model/lakeSchema.js'
import { alterTables, type KnownUnused } from './alterTables.js'
import { carryMarks } from './carryMarks.js'
import { createFeedLoop, type FeedLoopOptions } from './feedLoop.js'
import { buryFound } from './graveyard.js'
import { type Image, imageTables, inTransaction, makeViews, staleTables } from './image.js'
import { makeTables } from './makeTables.js'

/** Keeps an image up to date with the feed. */
export interface Follower {
  /** Looks at the feed rather than waiting for the next poll; `urgent`: somebody waits for what it holds now. */
  wake(urgent: boolean): void
  /** Resolves when the image shows the feed up to a position, after `waitMs`, or when the signal aborts. */
  reached(position: number, waitMs: number, signal: AbortSignal): Promise<void>
  /**
   * Makes the tables that the image lacks, drops those that are gone, and follows from there. When it throws, the image
   * shows what it showed. What is known of stored rows spares their reading.
   */
  setTables(tables: readonly LakeTable[], unused?: KnownUnused): Promise<void>
  /** Runs a piece of work while the image's writer does nothing else, and has no transaction open. */
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

export interface FollowerOptions extends FeedLoopOptions {
  readonly onProgress: (table: string, rows: number) => void
}

/** Starts to follow once `setTables` has been called. */
export function startFollower(options: FollowerOptions): Follower {
  const { store, image } = options
  const loop = createFeedLoop(options)
  const { inTurn } = loop

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

  return {
    wake: loop.wake,
    reached: loop.reached,
    setTables: (tables, unused) =>
      inTurn(async () => {
        let made = image.tables
        const make = async () => {
          await makeStale(tables, unused)
          made = await imageTables(image.writer, tables)
        }
        // At first nobody looks on, and what is made stays made. Later statements see the old tables, then all of the
        // new ones; when one of them can't be made, everything is as it was.
        await (loop.isStarted() ? inTransaction(image.writer, make) : make())
        image.tables = made
        loop.start()
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
    close: loop.close,
  }
}
