import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import type { Logger } from '../../../ports/system.js'
import type { Store } from '../store/store.js'
import { catchUp } from './catchUp.js'
import { describeImage } from './describeImage.js'
import type { Follower } from './follower.js'
import { closeImage, type Image, openGeneration, showTables, staleTables } from './image.js'
import { imageFile, removeGeneration, unfinishedImage, withConnection } from './imageFile.js'
import type { ImageLeases } from './imageLeases.js'
import { makeTables } from './makeTables.js'
import type { HoldEvent, RewrittenImage, SizeEvent } from './protocol.js'
import { makeImageApart } from './rewriting.js'
import type { SqlLimits } from './sqlLimits.js'
import { tableDisorder } from './tableDisorder.js'

export interface ImageRewriterOptions {
  readonly store: Store
  readonly image: Image
  readonly leases: ImageLeases
  readonly follower: Pick<Follower, 'swapIn'>
  readonly limits: SqlLimits
  readonly log: Logger
  readonly send: (event: HoldEvent | SizeEvent) => void
  readonly onProgress: (table: string, rows: number) => void
}

export interface RewriteOptions {
  /** What is published of the old one counts for nothing. Default: false. */
  readonly republish?: boolean
  /** Nobody waits for it. Default: false. */
  readonly byItself?: boolean
}

/** Puts fresh copies in the place of the image. */
export interface ImageRewriter {
  /**
   * Makes the image again from the table, in a file of its own, and swaps it in whole; statements that run end on
   * the old one. Resolves once the old one's files are gone, and nothing of them is held open. One at a time: a later
   * call begins after the earlier ones.
   */
  rewrite(options?: RewriteOptions): Promise<RewrittenImage>
  /** Gives up what is under way. */
  close(): Promise<void>
}

/** Rounds of catching up beside the follower, until so few records are left: what is left holds the follower up. */
const ROUNDS = 20
const NEAR_RECORDS = 50
/**
 * Row groups that an update may have to look at for its row, at least, and as a share of a large table's, which takes
 * longer to rewrite.
 */
const MOST_LOOKED_AT = 4
const MOST_SHARE_LOOKED_AT = 1 / 16
/** A rewriting that was found necessary takes at most this part of the time. */
const REST_FACTOR = 10

export function startImageRewriter(options: ImageRewriterOptions): ImageRewriter {
  const { store, image, leases, limits, log, send } = options
  const { folder } = store
  const stop = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let rewrites = 0
  let notBefore = 0

  async function rewriteNow({
    republish = false,
    byItself = false,
  }: RewriteOptions): Promise<RewrittenImage> {
    const { signal } = stop
    signal.throwIfAborted()
    const started = Date.now()
    const generation = image.generation + 1
    const before = image.position
    send({ kind: 'hold', position: before })
    try {
      const fresh = await makeFresh(generation, !byItself, signal)
      const old = await swapIn(fresh, republish, signal)
      rewrites += 1
      await leases.returned(old.instance)
      // Closing does it too, and holds this thread up meanwhile.
      await old.writer.run('CHECKPOINT').catch(() => undefined)
      closeImage(old)
      removeGeneration(folder, old.generation)
    } catch (error) {
      if (image.generation !== generation) removeGeneration(folder, generation)
      throw error
    } finally {
      send({ kind: 'hold' })
    }
    const { bytes, idealBytes, tables } = await measure()
    const tookMs = Date.now() - started
    const rows = tables.reduce((sum, table) => sum + table.rows, 0)
    log.info('The query image has been rewritten', { tookMs, rows, bytes })
    notBefore = Date.now() + tookMs * REST_FACTOR
    return { tookMs, bytes, idealBytes, rows, tables: tables.length }
  }

  async function makeFresh(generation: number, urgent: boolean, signal: AbortSignal): Promise<Image> {
    const tables = [...image.tables.values()].map(({ table }) => table)
    const unfinished = unfinishedImage(folder, generation)
    const order = { folder, generation, ...unfinished, tables, limits: apartLimits(limits), urgent }
    await makeImageApart(order, options.onProgress, signal)
    // From here on a killed process leaves two images, each of them whole: the next one goes on with this one.
    renameSync(unfinished.file, imageFile(folder, generation))
    // It is there only if it could not be written in order: what it holds is applied again.
    rmSync(`${unfinished.file}.wal`, { force: true })
    syncFolder(folder)
    const fresh = await openGeneration(store, generation, limits)
    if (!fresh) throw new Error('The fresh image can not be gone on with.')
    return fresh
  }

  /** Brings it near to the present beside the follower, and the rest of the way in its turn. */
  async function swapIn(fresh: Image, republish: boolean, signal: AbortSignal) {
    try {
      await showPresentTables(fresh)
      for (let round = 0; round < ROUNDS && image.position - fresh.position > NEAR_RECORDS; round++) {
        await catchUp(store, fresh, image.position, async () => undefined, signal)
      }
      signal.throwIfAborted()
      return await options.follower.swapIn(async () => {
        await showPresentTables(fresh)
        await catchUp(store, fresh, image.position, async () => undefined, signal)
        return { fresh, republish }
      })
    } catch (error) {
      closeImage(fresh)
      throw error
    }
  }

  /** The model may have changed since the fresh one was begun. */
  async function showPresentTables(fresh: Image): Promise<void> {
    const tables = [...image.tables.values()].map(({ table }) => table)
    const stale = await staleTables(fresh, tables)
    const missing = tables.filter(({ name }) => stale.has(name))
    if (missing.length > 0) {
      await makeTables(fresh, store.table, missing, {
        bury: async () => undefined,
        onProgress: options.onProgress,
      })
    }
    await showTables(fresh, tables)
  }

  async function measure() {
    const description = await describeImage(image, folder)
    const { bytes, idealBytes, madeAt } = description
    send({ kind: 'size', bytes, idealBytes, madeAt, rewrites })
    return description
  }

  /** Whether finding a row by its time has become several times the work that it is in a fresh copy. */
  async function isDisordered(): Promise<boolean> {
    const names = [...image.tables.keys()]
    return withConnection(image.instance, async (connection) => {
      for (const name of names) {
        const { groups, lookedAt } = await tableDisorder(connection, name)
        if (lookedAt >= Math.max(MOST_LOOKED_AT, groups * MOST_SHARE_LOOKED_AT)) return true
      }
      return false
    })
  }

  function rewrite(how: RewriteOptions = {}): Promise<RewrittenImage> {
    waiting += 1
    const result = last
      .then(() => rewriteNow(how))
      .finally(() => {
        waiting -= 1
      })
    last = result.catch(() => undefined)
    return result
  }

  async function look(): Promise<void> {
    if (waiting > 0 || image.tables.size === 0) return
    const { bytes, idealBytes } = await measure()
    if (Date.now() < notBefore) return
    const isLarge = bytes > Math.max(2 * idealBytes, limits.imageBytes)
    if (!isLarge && !(await isDisordered())) return
    const started = Date.now()
    await rewrite({ byItself: true }).catch((error: unknown) => {
      notBefore = Date.now() + Math.max(Date.now() - started, RETRY_MS) * REST_FACTOR
      if (!stop.signal.aborted)
        log.warn('The query image could not be rewritten; it is tried again', { error })
    })
  }

  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => log.warn('The size of the query image could not be told', { error }))
      .finally(() => {
        looking = undefined
      })
  }, limits.imageLookMs)

  return {
    rewrite,
    async close() {
      clearInterval(timer)
      stop.abort(new Error('The image is being closed.'))
      await last
      await looking
    },
  }
}

const RETRY_MS = 10_000

/** Beside statements, and as slowly as it may be: memory for sorting, one thread. */
function apartLimits({ memoryMb, spillMb }: SqlLimits) {
  return { threads: 1, memoryMb: Math.max(256, Math.min(1024, memoryMb >> 2)), spillMb }
}

/** So that the new name outlives a power failure. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
