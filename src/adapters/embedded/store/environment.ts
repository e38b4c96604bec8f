import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import { StoreError } from '../../../ports/storeError.js'

/** A named database inside the store's environment: keys are bytes, values are text. */
export type Section = Database<string, Buffer>

/** The store's one LMDB environment and its sections. */
export interface Environment {
  readonly root: RootDatabase<string, string>
  /**
   * An environment without data, whose write lock every process holds while it opens the store or commits to it.
   *
   * An LMDB of this age (ITS#9496; LMDB-js 3.5.6 measured: 1 in 10,000) takes back the last commit of another process
   * when it opens a file just then: it publishes the number of the transaction that it had read before, and the next
   * writer goes on from there. The lock is freed by the system when its holder dies.
   */
  readonly gate: RootDatabase<string, string>
  /** False once the store that this belongs to has been closed. */
  isOpen(): boolean
  /**
   * To be called behind the gate after a commit that failed. LMDB refuses every write through an environment in which it
   * could not write the number of a transaction, because it can't know what the disk has: then this one is opened
   * again, and all but the gate are others from here on. Rejects with LMDB's errors; the next call tries again.
   */
  mend(): Promise<void>
  /**
   * False when the disk is so full that a commit could fail for that, and should not be tried: where LMDB-js 3.5.6 says which
   * page could not be written, it writes its text beyond the memory that it has taken for it, and may end the process.
   */
  hasRoom(): boolean
  /** Single values by name: format, id, head of the feed, counters, checkpoints, the host's claim. */
  readonly meta: Section
  /** Items by key. */
  readonly items: Section
  /** Entries of GSI1; all that they say is in their keys. */
  readonly index: Section
  /** Records of changes by sequence. */
  readonly feed: Section
  readonly queues: Section
  readonly executions: Section
}

/**
 * Opens the environment in a folder that exists. `inspect` may refuse it, by throwing, before anything is changed.
 * Throws LMDB's errors.
 */
export function openEnvironment(
  folder: string,
  inspect: (environment: Pick<Environment, 'meta'>) => void,
): Environment {
  const gate = open<string, string>(join(folder, GATE_FOLDER), OPTIONS)
  try {
    const opened = gate.transactionSync(() => openBehindGate(folder, inspect))
    const environment: Environment = {
      ...opened,
      gate,
      isOpen: () => true,
      async mend() {
        if (takesWrites(environment)) return
        // At once as a rule: nobody is to find it closed.
        const { root } = environment
        const closed = root.close()
        if ((root as { readonly status?: string }).status !== 'closed') await closed
        Object.assign(environment, openBehindGate(folder, inspect))
      },
      hasRoom: () => hasRoom(folder),
    }
    return environment
  } catch (error) {
    void gate.close()
    throw error
  }
}

/** Closes an environment once nothing is under way in it. */
export async function closeEnvironment({ root, gate }: Environment): Promise<void> {
  await root.close()
  await gate.close()
}

/**
 * Lets the reads that follow see what is committed now, by any process, and not what was when this turn of the event
 * loop began.
 */
export function renewReads({ root, isOpen }: Pick<Environment, 'root' | 'isOpen'>): void {
  if (!isOpen()) throw storeClosed()
  root.resetReadTxn()
}

export function storeClosed(): StoreError {
  return new StoreError('unavailable', 'The store is closed.')
}

/** Where the gate is in the store's folder. */
export const GATE_FOLDER = 'gate'

/** Bytes. A larger store works too: LMDB then moves its map as it grows. */
const ADDRESS_SPACE = 2 ** 36

const OPTIONS = {
  noSubdir: false,
  maxDbs: 16,
  // Host, SQL worker and commands: each takes one slot, and slots of killed processes are cleared when one opens.
  maxReaders: 126,
  // Off: a commit is on disk before anyone can see it, so neither a client nor another process acts on a write that
  // a power failure takes back.
  overlappingSync: false,
  // Off: the committer forms the groups. With it on, a failed commit also rejects a promise that nobody holds.
  eventTurnBatching: false,
  // Off: what a process has had in memory must not get into the unused parts of pages, where `scrub` has cleared it.
  noMemInit: false,
  encoding: 'string',
} as const

/** Begins a transaction that writes nothing: the asynchronous ones of LMDB-js never end when they can't begin. */
function takesWrites({ root }: Environment): boolean {
  try {
    root.transactionSync(() => undefined)
    return true
  } catch {
    return false
  }
}

function hasRoom(folder: string): boolean {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder)
    // Some file systems don't tell.
    return blocks === 0 || bavail * bsize >= LEAST_ROOM_BYTES
  } catch {
    return true
  }
}

/** What the largest usual commit may add to the file, and others may write meanwhile. */
const LEAST_ROOM_BYTES = 16 * 1024 * 1024

type Opened = Omit<Environment, 'gate' | 'isOpen' | 'mend' | 'hasRoom'>

function openBehindGate(folder: string, inspect: (environment: Pick<Environment, 'meta'>) => void): Opened {
  const root = open<string, string>(folder, {
    ...OPTIONS,
    // Only address space: the file grows as data does, and the map need not move while it stays below.
    ...(process.platform === 'win32' || process.arch.endsWith('32') ? {} : { mapSize: ADDRESS_SPACE }),
  })
  try {
    const section = (name: string): Section =>
      root.openDB<string, Buffer>(name, { keyEncoding: 'binary', encoding: 'string' })
    const meta = section('meta')
    inspect({ meta })
    return {
      root,
      meta,
      items: section('items'),
      index: section('index'),
      feed: section('feed'),
      queues: section('queues'),
      executions: section('executions'),
    }
  } catch (error) {
    void root.close()
    throw error
  }
}
