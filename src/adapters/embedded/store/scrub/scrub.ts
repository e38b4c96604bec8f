import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../../../../ports/storeError.js'
import type { Environment } from '../environment.js'
import { nextNumber } from '../meta.js'
import { type CleanWalk, cleanReachable, clearUnmet } from './cleanPages.js'
import { DATA_VERSION, type Meta, readMeta } from './layout.js'
import { openPageFile, type PageFile } from './pageFile.js'
import { oldestReader, type Reader } from './readers.js'

export interface ScrubOptions {
  /** Pages looked at, of so many. */
  readonly onProgress?: (done: number, total: number) => void
  /** Aborted: ends at the next good moment by throwing its reason. What is done so far stays done. */
  readonly signal?: AbortSignal
}

export interface ScrubOutcome {
  readonly pages: number
  /** Pages that held something that nobody could read any more. */
  readonly cleaned: number
}

/**
 * Leaves nothing in the store's file but what can be read from it now. LMDB keeps what was removed or replaced: in
 * free pages, in the gaps of others, behind the end of long values, and as the separators of its trees.
 *
 * It works on the file itself, in place, while it holds the lock that every commit and every opening takes: nobody
 * writes, and readers see what they saw. Writers wait meanwhile. A kill at any moment leaves a sound store; whoever
 * wants it clean runs it again.
 *
 * Rejects with `StoreError` `unavailable` when a process reads from an old snapshot and doesn't stop, or when the file
 * can't be read or written, or is of another version of LMDB.
 */
export async function scrubStore(
  environment: Environment,
  file: string,
  options: ScrubOptions = {},
): Promise<ScrubOutcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await behindGate(environment, file, options)
    if (outcome.kind === 'done') return outcome
    if (attempt === ATTEMPTS) throw stillRead(outcome.reader)
    await sleep(ATTEMPT_PAUSE_MS, undefined, options.signal && { signal: options.signal })
  }
}

/** A reader holds its snapshot for milliseconds, unless it has been stopped. */
const READER_WAIT_MS = 1000
const READER_LOOK_MS = 5
const ATTEMPTS = 3
const ATTEMPT_PAUSE_MS = 300

type Attempt =
  | ({ readonly kind: 'done' } & ScrubOutcome)
  | { readonly kind: 'isRead'; readonly reader: Reader }

async function behindGate(environment: Environment, file: string, options: ScrubOptions): Promise<Attempt> {
  let attempt: Attempt | undefined
  let failure: { readonly error: unknown } | undefined
  await environment.gate.transaction(async () => {
    try {
      attempt = await work(environment, file, options)
    } catch (error) {
      failure = { error }
      await environment.mend().catch(() => undefined)
    }
  })
  if (attempt) return attempt
  const error = failure?.error
  if (error === options.signal?.reason || error instanceof StoreError) throw error
  throw new StoreError('unavailable', 'The store could not clear its file.', { cause: error })
}

async function work(environment: Environment, file: string, options: ScrubOptions): Promise<Attempt> {
  // The file keeps two states, this and the one before. After two commits neither of them is older than the lock.
  for (let commit = 0; commit < 2; commit++) {
    await environment.root.childTransaction(() => void nextNumber(environment, 'scrubs'))
  }
  const pages = openPageFile(file)
  try {
    const metas = readMetas(pages)
    const giveUp = Date.now() + READER_WAIT_MS
    for (;;) {
      const reader = oldestReader(environment, metas[1].transaction)
      if (!reader) break
      if (Date.now() > giveUp) return { kind: 'isRead', reader }
      await sleep(READER_LOOK_MS)
    }
    return { kind: 'done', ...(await clean(pages, metas, options)) }
  } finally {
    pages.close()
  }
}

/** The present state and the one before it. */
function readMetas(file: PageFile): readonly [Meta, Meta] {
  const head = Buffer.alloc(MAX_PAGE_BYTES)
  file.read(head, 0)
  const first = readMeta(head)
  if (!first) throw new Error('The store has no first page.')
  file.read(head, first.pageBytes)
  const second = readMeta(head)
  if (!second) throw new Error('The store has no second page.')
  if (first.version !== DATA_VERSION || second.version !== DATA_VERSION) {
    throw new Error(`The store has LMDB's data format ${first.version}, not ${DATA_VERSION}.`)
  }
  if (Math.abs(first.transaction - second.transaction) !== 1) {
    throw new Error('The two states of the store do not follow one another.')
  }
  return first.transaction > second.transaction ? [first, second] : [second, first]
}

const MAX_PAGE_BYTES = 65_536

/** Pages between two turns of the event loop: a millisecond or less. */
const PAGES_A_TURN = 128

async function clean(
  file: PageFile,
  [present, before]: readonly [Meta, Meta],
  { onProgress, signal }: ScrubOptions,
): Promise<ScrubOutcome> {
  const { pageBytes } = present
  const pages = Math.max(present.lastPage + 1, Math.ceil(file.size() / pageBytes))
  const met = new Uint8Array(pages)
  // The first two are the states themselves; what is behind them in their pages LMDB clears.
  met.fill(1, 0, 2)
  let seen = 0
  let turn = PAGES_A_TURN
  const onPage = (count = 1) => {
    seen += count
    if (seen < turn) return undefined
    turn = seen + PAGES_A_TURN
    onProgress?.(Math.min(seen, pages), pages)
    signal?.throwIfAborted()
    return nextTurn()
  }
  const walk: CleanWalk = { file, pageBytes, met, onPage, changed: 0 }
  await cleanReachable(walk, present)
  await cleanReachable(walk, before)
  await clearUnmet(walk)
  await file.sync()
  return { pages, cleaned: walk.changed }
}

function stillRead({ pid }: Reader): StoreError {
  return new StoreError(
    'unavailable',
    `Process ${pid} reads the store as it was a while ago and doesn't stop. End it, and try again.`,
  )
}
