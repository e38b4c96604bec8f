import type { Clock } from '../../../ports/system.js'
import { type Committer, createGroupCommitter, type GroupCommitter } from './committer.js'
import { closeEnvironment, type Environment, storeClosed } from './environment.js'

/** One opened store's use of an environment. */
export interface Session {
  readonly environment: Environment
  readonly committer: Committer
  /** Refuses what comes later, waits for what is under way, and lets go of the environment. */
  close(): Promise<void>
}

/**
 * Opens an environment, or joins the one that this process has open at the same path: LMDB-js would let two of them
 * block each other for ever, since opening waits, in the only thread, for a transaction that needs this thread.
 * What `open` throws is thrown.
 */
export async function openSession(
  path: string,
  clock: Clock,
  open: () => Promise<Environment>,
): Promise<Session> {
  const entry = await join(path, open)
  const { environment, group } = await entry.opened
  const stops = new Set<() => void>()
  let isOpen = true

  return {
    // Not a copy: it is mended in place.
    environment: Object.create(environment, { isOpen: { value: () => isOpen } }) as Environment,
    committer: {
      run: (work) => (isOpen ? group.run(work, clock) : Promise.reject(storeClosed())),
      onRecord(listener) {
        const stop = group.onRecord(listener)
        stops.add(stop)
        return stop
      },
      failedAt: group.failedAt,
      onDamage(listener) {
        const stop = group.onDamage(listener)
        stops.add(stop)
        return stop
      },
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      await group.settled()
      for (const stop of stops) stop()
      await leave(path, entry)
    },
  }
}

interface Entry {
  readonly opened: Promise<{ readonly environment: Environment; readonly group: GroupCommitter }>
  sessions: number
  closing?: Promise<void>
}

/** This process's environments by path. */
const entries = new Map<string, Entry>()

async function join(path: string, open: () => Promise<Environment>): Promise<Entry> {
  for (let known = entries.get(path); known; known = entries.get(path)) {
    if (!known.closing) {
      known.sessions++
      return known
    }
    await known.closing
  }
  const opened = open().then((environment) => ({ environment, group: createGroupCommitter(environment) }))
  const entry: Entry = { opened, sessions: 1 }
  entries.set(path, entry)
  opened.catch(() => entries.delete(path))
  return entry
}

async function leave(path: string, entry: Entry): Promise<void> {
  entry.sessions--
  if (entry.sessions > 0) return
  const { environment } = await entry.opened
  entry.closing = closeEnvironment(environment).finally(() => entries.delete(path))
  await entry.closing
}
