import type { Store } from '../adapters/embedded/store/store.js'
import type { Logger } from '../ports/system.js'
import { cascadesOf } from '../runtime/deletion/cascade.js'

/** Name of the dispatcher's checkpoint. */
const CASCADE_CONSUMER = 'cascade'

const RECORDS = 500
/** Other processes' commits are found by looking; our own are announced. */
const POLL_MS = 200

export interface FeedConsumer {
  /** Last sequence that has been dealt with. */
  position(): number
  /** Notes the position in the store, for the next start. */
  save(): Promise<void>
  close(): Promise<void>
}

/**
 * Follows the change feed and queues a cascade for each entity that is removed: exactly once, since messages and
 * checkpoint are written together. Records without a removal only move the position in memory, which is saved now
 * and then; after a crash they are looked at once more, to no effect.
 */
export function startCascadeDispatcher(store: Store, log: Logger): FeedConsumer {
  const { feed } = store
  let position = feed.checkpoint(CASCADE_CONSUMER)
  let saved = position
  let closed = false
  let running: Promise<void> | undefined

  async function dispatch(): Promise<void> {
    while (!closed) {
      const records = feed.read(position, RECORDS)
      const last = records.at(-1)
      if (!last) return
      const messages = records.flatMap((record) => cascadesOf(record.changes))
      if (messages.length > 0) {
        await feed.advance(
          CASCADE_CONSUMER,
          last.sequence,
          messages.map((message) => ({ queue: 'cascade', message })),
        )
        saved = last.sequence
      }
      position = last.sequence
    }
  }

  /** False also when the store can't be read, after a commit that failed: it is looked again soon. */
  function hasNews(): boolean {
    try {
      return feed.head() > position
    } catch {
      return false
    }
  }

  function wake(): void {
    if (closed || running || !hasNews()) return
    running = dispatch()
      .catch((error: unknown) => log.error('The cascade dispatcher failed and tries again', { error }))
      .finally(() => {
        running = undefined
      })
  }

  async function save(): Promise<void> {
    if (saved >= position) return
    const reached = position
    await feed.advance(CASCADE_CONSUMER, reached, [])
    saved = reached
  }

  const stopListening = feed.onCommit(wake)
  const poll = setInterval(wake, POLL_MS)
  wake()

  return {
    position: () => position,
    save,
    async close() {
      closed = true
      stopListening()
      clearInterval(poll)
      await running
      await save()
    },
  }
}
