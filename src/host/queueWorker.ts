import type { Delivery, StoreQueue } from '../adapters/embedded/store/store.js'
import type { Logger } from '../ports/system.js'

export interface QueueWorkerOptions<Message> {
  readonly name: string
  readonly queue: StoreQueue<Message>
  readonly handle: (message: Message) => Promise<void>
  /** Called after a message has become a dead letter. */
  readonly onBuried?: (message: Message) => Promise<void>
  readonly log: Logger
  /** Messages handled at the same time. Default 4. */
  readonly concurrency?: number
  /** Deliveries before a message becomes a dead letter. Default 5. */
  readonly maxAttempts?: number
  /** Pause before the second delivery in milliseconds; it doubles with each further one. Default 200. */
  readonly retryMs?: number
}

export interface QueueWorker {
  /** Takes no further message and waits for those under way. */
  close(): Promise<void>
}

/** A message whose process died is delivered again after this time. */
const VISIBILITY_MS = 60_000
const POLL_MS = 500

/** Runs a queue's messages until they succeed or become dead letters. A failing message holds no other up. */
export function startQueueWorker<Message>(options: QueueWorkerOptions<Message>): QueueWorker {
  const { name, queue, handle, log, concurrency = 4, maxAttempts = 5, retryMs = 200 } = options
  const underWay = new Set<Promise<void>>()
  let closed = false
  let filling: Promise<void> | undefined
  let again = false

  async function run(delivery: Delivery<Message>): Promise<void> {
    const keepAlive = setInterval(() => {
      queue.extend(delivery.id, VISIBILITY_MS).catch((error: unknown) => {
        log.warn('A message could not be kept on loan', { queue: name, error })
      })
    }, VISIBILITY_MS / 3)
    try {
      await handle(delivery.message)
      await queue.complete(delivery.id)
    } catch (error) {
      await fail(delivery, error)
    } finally {
      clearInterval(keepAlive)
    }
  }

  async function fail(delivery: Delivery<Message>, error: unknown): Promise<void> {
    const { id, attempts, message } = delivery
    const reason = error instanceof Error ? error.message : String(error)
    if (attempts < maxAttempts) {
      log.warn('A message failed and is tried again', { queue: name, id, attempts, error })
      await queue.retryLater(id, retryMs * 2 ** (attempts - 1), reason)
      return
    }
    log.error('A message has become a dead letter', { queue: name, id, attempts, error })
    await queue.bury(id, reason)
    await options.onBuried?.(message)
  }

  async function fill(): Promise<void> {
    do {
      again = false
      const room = concurrency - underWay.size
      if (closed || room <= 0) return
      for (const delivery of await queue.receive(room, VISIBILITY_MS)) {
        const work = run(delivery)
          .catch((error: unknown) => log.error('A message could not be settled', { queue: name, error }))
          .finally(() => {
            underWay.delete(work)
            wake()
          })
        underWay.add(work)
      }
    } while (again)
  }

  /** False also when the store can't be read, after a commit that failed: it is looked again soon. */
  function isDue(): boolean {
    try {
      const due = queue.nextDue()
      return due !== undefined && due <= Date.now()
    } catch {
      return false
    }
  }

  function wake(): void {
    if (closed) return
    if (filling) {
      again = true
      return
    }
    if (!isDue()) return
    filling = fill()
      .catch((error: unknown) => log.error('A queue could not be read', { queue: name, error }))
      .finally(() => {
        filling = undefined
      })
  }

  const stopListening = queue.onSend(wake)
  const poll = setInterval(wake, POLL_MS)
  wake()

  return {
    async close() {
      closed = true
      stopListening()
      clearInterval(poll)
      await filling
      await Promise.all(underWay)
    },
  }
}
