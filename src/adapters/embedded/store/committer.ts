import { ABORT } from 'lmdb'
import type { Change } from '../../../ports/changes.js'
import { StoreError } from '../../../ports/storeError.js'
import type { Clock } from '../../../ports/system.js'
import type { Environment } from './environment.js'
import { appendRecord } from './feedRecords.js'

/** What a piece of work may ask of the transaction that it runs in. */
export interface Transaction {
  /** Time of the transaction, milliseconds since 1970. */
  readonly now: number
  /** Adds a change to the transaction's feed record. */
  record(change: Change): void
  /** Runs once the transaction is on disk. */
  afterCommit(effect: () => void): void
}

/**
 * Reads and writes the environment's sections, without waiting. It runs inside a write transaction: it sees all
 * that was committed anywhere. Work that throws is undone, and is the only one to be undone.
 */
export type Work<Result> = (transaction: Transaction) => Result

/** Does work in transactions, for one opened store. */
export interface Committer {
  /** Resolves when the work is on disk. Rejects with what the work threw, or `StoreError` `unavailable`. */
  run<Result>(work: Work<Result>): Promise<Result>
  /** Calls the listener with the head after each commit that has a feed record; returns how to stop. */
  onRecord(listener: (head: number) => void): () => void
  /** When a commit of this process last failed to reach the disk, milliseconds since 1970. */
  failedAt(): number | undefined
  /**
   * Calls the listener when pages could not be written though the disk has room, after which this process should end:
   * LMDB-js 3.5.6 words that error in less memory than it takes. Returns how to stop.
   */
  onDamage(listener: (error: Error) => void): () => void
}

/** Puts pieces of work into transactions: all that come while one is being written share the next. */
export interface GroupCommitter {
  run<Result>(work: Work<Result>, clock: Clock): Promise<Result>
  onRecord: Committer['onRecord']
  failedAt: Committer['failedAt']
  onDamage: Committer['onDamage']
  /** Resolves when all that was begun has ended, one way or another. */
  settled(): Promise<void>
}

/** There is one for each environment: two that write at once in one process would wait for each other for ever. */
export function createGroupCommitter(environment: Environment): GroupCommitter {
  const listeners = new Set<(head: number) => void>()
  const damageListeners = new Set<(error: Error) => void>()
  let pending: Piece[] = []
  let draining: Promise<void> | undefined
  let failedAt: number | undefined

  const drain = async () => {
    // One turn of the microtask queue, so that writes which start together are written together.
    await undefined
    while (pending.length > 0) {
      const group = pending.slice(0, MAX_GROUP)
      pending = pending.slice(MAX_GROUP)
      await commitGroup(group)
    }
    draining = undefined
  }

  const commitGroup = async (group: readonly Piece[]): Promise<void> => {
    const outcome = await commit(environment, group).catch((error: unknown): Outcome => {
      return { kind: 'failed', error }
    })
    if (outcome.kind === 'failed') {
      failedAt = Date.now()
      const failure = await unavailable(outcome.error)
      for (const piece of group) piece.reject(failure)
      if (isDamaging(failure.cause)) for (const listener of damageListeners) listener(failure)
    } else if (outcome.kind === 'threw' && group.length === 1) {
      group[0]?.reject(outcome.error)
    } else if (outcome.kind === 'threw') {
      // Nothing of the group was kept. One by one, so that only the culprit fails.
      for (const piece of group) await commitGroup([piece])
    } else {
      group.forEach((piece, at) => {
        piece.resolve(outcome.results[at])
      })
      for (const effect of outcome.effects) effect()
      if (outcome.head !== undefined) for (const listener of listeners) listener(outcome.head)
    }
  }

  return {
    run<Result>(work: Work<Result>, clock: Clock) {
      return new Promise<Result>((resolve, reject) => {
        pending.push({ work, clock, resolve: resolve as (result: unknown) => void, reject })
        draining ??= drain()
      })
    },
    onRecord(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    failedAt: () => failedAt,
    onDamage(listener) {
      damageListeners.add(listener)
      return () => damageListeners.delete(listener)
    },
    async settled() {
      await draining
    },
  }
}

interface Piece {
  readonly work: Work<unknown>
  readonly clock: Clock
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

type Outcome =
  | {
      readonly kind: 'committed'
      readonly results: readonly unknown[]
      readonly effects: readonly (() => void)[]
      readonly head: number | undefined
    }
  /** One of the pieces threw; nothing was written. */
  | { readonly kind: 'threw'; readonly error: unknown }
  /** The commit failed; nothing was written. */
  | { readonly kind: 'failed'; readonly error: unknown }

/** Pieces in one transaction: enough to share a disk flush, few enough that other processes get their turn. */
const MAX_GROUP = 512

async function commit(environment: Environment, group: readonly Piece[]): Promise<Outcome> {
  let outcome: Outcome | undefined
  await environment.gate.transaction(async () => {
    try {
      // A child transaction, because LMDB-js keeps what a plain one has written when its callback throws.
      await environment.root.childTransaction(() => {
        try {
          outcome = runPieces(environment, group)
          return undefined
        } catch (error) {
          outcome = { kind: isOfSystem(error) ? 'failed' : 'threw', error }
          return ABORT
        }
      })
    } catch (error) {
      // Before anything else is waited for: the promise on it may not stay unobserved.
      commitErrorOf(error)?.catch(() => undefined)
      outcome = { kind: 'failed', error }
      // Where that fails, the next commit does too, and mends it.
      await environment.mend().catch(() => undefined)
    }
  })
  if (!outcome) throw new Error('invariant: the transaction ran')
  return outcome
}

function runPieces(environment: Environment, group: readonly Piece[]): Outcome {
  const changes: Change[] = []
  const effects: (() => void)[] = []
  let time = 0
  const results = group.map(({ work, clock }) => {
    const now = clock.now()
    return work({
      now,
      record(change) {
        changes.push(change)
        time = now
      },
      afterCommit: (effect) => void effects.push(effect),
    })
  })
  // Before anything is written. What the store keeps for itself is small and replaces its like.
  if (changes.length > 0 && !environment.hasRoom()) throw Object.assign(new Error(NO_ROOM), { code: ENOSPC })
  const head = changes.length > 0 ? appendRecord(environment, time, changes) : undefined
  return { kind: 'committed', results, effects, head }
}

const NO_ROOM = 'The disk has less than 16 MiB left.'
/** The system's number, as LMDB passes it on. */
const ENOSPC = 28

/** Whether LMDB has passed on a failure of the system: pages of a large transaction are written before its end. */
function isOfSystem(error: unknown): boolean {
  return Number((error as { readonly code?: unknown }).code) > 0
}

const EIO = 5

/** A flush that fails is told in other words. */
function isDamaging(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string }
  return code === EIO && /write page/.test(message ?? '')
}

async function unavailable(error: unknown): Promise<StoreError> {
  const reason = commitErrorOf(error)
  const cause = reason ? await reason.then(() => error).catch((thrown: unknown) => thrown) : error
  return new StoreError('unavailable', 'The store could not write to its disk.', { cause })
}

/** The reason of a failed commit, which LMDB-js hangs on its error as a promise. */
function commitErrorOf(error: unknown): Promise<unknown> | undefined {
  return (error as { readonly commitError?: Promise<unknown> }).commitError
}
