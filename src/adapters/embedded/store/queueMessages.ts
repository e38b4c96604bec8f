import type { Transaction } from './committer.js'
import type { Environment } from './environment.js'
import { sequenceKey } from './feedRecords.js'
import { firstKey, keyAfter } from './itemKeys.js'
import { nextNumber } from './meta.js'
import type { SendNotices } from './sendNotices.js'
import type { QueueMessages, QueueName } from './store.js'

/** A message as stored. `due` is when it may be delivered, in milliseconds since 1970: sent, put off, or on loan till then. */
export interface StoredMessage {
  readonly message: unknown
  readonly due: number
  readonly attempts: number
  readonly sentAt: number
  /** What went wrong last. */
  readonly error?: string
}

/** Adds a message in the current write transaction. */
export function enqueue<Name extends QueueName>(
  environment: Environment,
  transaction: Transaction,
  notices: SendNotices,
  queue: Name,
  message: QueueMessages[Name],
): void {
  const id = nextNumber(environment, 'queue.lastId')
  putMessage(environment, queue, id, { message, due: transaction.now, attempts: 0, sentAt: transaction.now })
  transaction.afterCommit(() => notices.sent(queue))
}

export function readMessage({ queues }: Environment, queue: string, id: number): StoredMessage | undefined {
  const text = queues.get(messageKey(queue, id))
  return text === undefined ? undefined : (JSON.parse(text) as StoredMessage)
}

/** Stores a message and its place in the order of delivery. The message's earlier place must have been removed. */
export function putMessage({ queues }: Environment, queue: string, id: number, message: StoredMessage): void {
  queues.put(messageKey(queue, id), JSON.stringify(message))
  queues.put(dueKey(queue, message.due, id), '')
}

export function removeMessage(
  { queues }: Environment,
  queue: string,
  id: number,
  { due }: StoredMessage,
): void {
  queues.remove(messageKey(queue, id))
  queues.remove(dueKey(queue, due, id))
}

/** Messages by the time at which they are due, from the earliest up to `until`. */
export function dueMessages(
  { queues }: Environment,
  queue: string,
  limit: number,
  until = Number.MAX_SAFE_INTEGER - 1,
): { due: number; id: number }[] {
  const start = Buffer.from(`${queue}\0${DUE}`)
  const end = dueKey(queue, until + 1, 0)
  return [...queues.getKeys({ start, end, limit })].map((key) => {
    const [due, id] = [
      Number(key.readBigUInt64BE(key.length - 16)),
      Number(key.readBigUInt64BE(key.length - 8)),
    ]
    return { due, id }
  })
}

/** Every message, in the order of their sending. */
export function listMessages({ queues }: Environment, queue: string): { id: string; message: unknown }[] {
  const range = { start: firstKey(`${queue}\0${MESSAGE}`), end: keyAfter(`${queue}\0${MESSAGE}`) }
  return [...queues.getRange(range)].map(({ key, value }) => ({
    id: String(key.readBigUInt64BE(key.length - 8)),
    message: (JSON.parse(value) as StoredMessage).message,
  }))
}

/** Number of messages. */
export function countMessages({ queues }: Environment, queue: string): number {
  return queues.getKeysCount({
    start: firstKey(`${queue}\0${MESSAGE}`),
    end: keyAfter(`${queue}\0${MESSAGE}`),
  })
}

/** Kinds of entries of a queue: order of delivery, then the messages. */
const DUE = 'd'
const MESSAGE = 'm'

function messageKey(queue: string, id: number): Buffer {
  return Buffer.concat([Buffer.from(`${queue}\0${MESSAGE}`), sequenceKey(id)])
}

function dueKey(queue: string, due: number, id: number): Buffer {
  return Buffer.concat([Buffer.from(`${queue}\0${DUE}`), sequenceKey(due), sequenceKey(id)])
}
