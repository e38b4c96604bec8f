import type { Logger } from '../../../ports/system.js'
import { inParallel } from '../../../runtime/inParallel.js'
import type { QueueEvent, QueueRecord, QueueResponse } from './queueEvent.js'

export interface MessageHandling<Message> {
  /** Undefined for a body that holds no message. */
  readonly parse: (body: string) => Message | undefined
  /** Must be safe to run again: delivery is at least once. */
  readonly handle: (message: Message) => Promise<void>
  /** Called when a message has failed for the last time, before its queue makes a dead letter of it. */
  readonly onLastFailure?: (message: Message) => Promise<void>
  /** Lets a failed message come back after a time; by itself it would only when its visibility timeout ends. */
  readonly retryLater: (record: QueueRecord, seconds: number) => Promise<void>
  /** Deliveries before the queue makes a dead letter of a message: its redrive policy. */
  readonly maxReceiveCount: number
  readonly log: Logger
}

/** Messages of a batch that are handled at the same time: as many as a batch of SQS has by default. */
const CONCURRENCY = 10
/** Pause before the second delivery; it is tripled with each further one. */
const RETRY_SECONDS = 5
const LONGEST_RETRY_SECONDS = 900

/** Handles the messages of a batch side by side. One that fails, or can't be read, holds no other up. */
export async function handleMessages<Message>(
  event: QueueEvent,
  handling: MessageHandling<Message>,
): Promise<QueueResponse> {
  const failed: QueueRecord[] = []
  await inParallel(event.Records, CONCURRENCY, async (record) => {
    if (!(await handleOne(record, handling))) failed.push(record)
  })
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
}

async function handleOne<Message>(record: QueueRecord, handling: MessageHandling<Message>): Promise<boolean> {
  const { messageId } = record
  const attempts = Number(record.attributes.ApproximateReceiveCount)
  const { log } = handling
  const message = handling.parse(record.body)
  try {
    if (message === undefined) throw new Error('The body holds no message of this queue.')
    await handling.handle(message)
    return true
  } catch (error) {
    if (attempts < handling.maxReceiveCount) {
      log.warn('A message failed and is tried again', { messageId, attempts, error })
    } else {
      log.error('A message becomes a dead letter', { messageId, attempts, error })
      await settle(() => (message === undefined ? undefined : handling.onLastFailure?.(message)))
    }
  }
  const seconds = Math.min(LONGEST_RETRY_SECONDS, RETRY_SECONDS * 3 ** Math.max(0, attempts - 1))
  await settle(() => handling.retryLater(record, attempts < handling.maxReceiveCount ? seconds : 0))
  return false

  /** What only makes things better must not fail the rest. */
  async function settle(work: () => Promise<void> | undefined): Promise<void> {
    try {
      await work()
    } catch (error) {
      log.warn('A failed message could not be looked after', { messageId, error })
    }
  }
}
