import { type Database, open, type RootDatabase } from 'lmdb'
import { StoreError } from '../../../ports/storeError.js'

/** A named database inside the store's environment: keys are bytes, values are text. */
export type Section = Database<string, Buffer>

/** The store's one LMDB environment and its sections. */
export interface Environment {
  readonly root: RootDatabase<string, string>
  /** False once the store that this belongs to has been closed. */
  isOpen(): boolean
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
  const root = open<string, string>(folder, {
    noSubdir: false,
    maxDbs: 16,
    // Host, SQL worker and commands: each takes one slot, and slots of killed processes are cleared when one opens.
    maxReaders: 126,
    // Off: a commit is on disk before anyone can see it, so neither a client nor another process acts on a write
    // that a power failure takes back.
    overlappingSync: false,
    // Off: the committer forms the groups. With it on, a failed commit also rejects a promise that nobody holds.
    eventTurnBatching: false,
    encoding: 'string',
    // Only address space: the file grows as data does, and the map need not move while it stays below.
    ...(process.platform === 'win32' || process.arch.endsWith('32') ? {} : { mapSize: ADDRESS_SPACE }),
  })
  const section = (name: string): Section =>
    root.openDB<string, Buffer>(name, { keyEncoding: 'binary', encoding: 'string' })
  const meta = section('meta')
  try {
    inspect({ meta })
  } catch (error) {
    void root.close()
    throw error
  }
  return {
    root,
    isOpen: () => true,
    meta,
    items: section('items'),
    index: section('index'),
    feed: section('feed'),
    queues: section('queues'),
    executions: section('executions'),
  }
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

/** Bytes. A larger store works too: LMDB then moves its map as it grows. */
const ADDRESS_SPACE = 2 ** 36
