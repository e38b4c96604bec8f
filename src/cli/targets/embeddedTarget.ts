import type { DeadLetter, Store } from '../../adapters/embedded/store/store.js'
import type { Json } from '../../model/json.js'
import { CANCELLED } from '../../runtime/tasks/cancelTask.js'
import { systemTime } from '../../runtime/times.js'
import { withStore } from '../openStoreOf.js'
import type { AdminTarget, ListedLetter, Replayed } from './adminTarget.js'

/** The store of a data folder, beside a host if one runs. */
export function withEmbeddedTarget<T>(folder: string, use: (target: AdminTarget) => Promise<T>): Promise<T> {
  return withStore(folder, (store) => use(embeddedTarget(store)))
}

function embeddedTarget(store: Store): AdminTarget {
  return {
    table: store.table,
    sql: {
      // The process that runs it looks at its executions and stops what runs no more.
      async cancel(id) {
        const finishedAt = systemTime(Date.now())
        const execution = { state: 'FAILED', reason: 'cancelled', message: CANCELLED, finishedAt } as const
        await store.executions.update(id, { execution })
      },
    },
    deadLetters: {
      async list(limit) {
        return {
          letters: store.deadLetters.list({ limit }).map(listed),
          total: store.deadLetters.count(),
        }
      },
      replay: (ids) => replayLetters(store, ids),
    },
    async exportParquet(job) {
      const { writeParquet } = await import('../export/writeParquet.js')
      return writeParquet(store, job)
    },
  }
}

function listed(letter: DeadLetter): ListedLetter {
  const { sequence, source, attempts, createdAt, error } = letter
  const json = letter as unknown as Json
  return { id: sequence, source, subject: subjectText(letter), attempts, createdAt, error, json }
}

/** Without ids: every dead letter that is there now. One that fails again comes back under a new id. */
async function replayLetters(store: Store, ids: readonly string[] | undefined): Promise<Replayed> {
  const replayed: string[] = []
  const missing: string[] = []
  for (const id of ids ?? allIds(store)) {
    if (await store.deadLetters.replay(id)) replayed.push(id)
    else if (ids) missing.push(id)
  }
  const isServed = store.hostLock.holder() !== undefined
  const note = 'No host runs on this folder: the next one takes them up.'
  return { replayed, missing, ...(replayed.length > 0 && !isServed && { note }) }
}

function allIds(store: Store): string[] {
  const ids: string[] = []
  for (;;) {
    const after = ids.at(-1)
    const page = store.deadLetters.list({ limit: 1000, ...(after !== undefined && { after }) })
    if (page.length === 0) return ids
    ids.push(...page.map(({ sequence }) => sequence))
  }
}

function subjectText(letter: DeadLetter): string {
  if (letter.source === 'projection') return letter.subject.key.PK
  if (letter.source === 'cascade') return `${letter.subject.entityType}#${letter.subject.entityId}`
  return `task#${letter.subject.taskId}`
}
