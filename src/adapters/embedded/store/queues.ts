import { invariant } from '../../../errors/appError.js'
import type { Clock } from '../../../ports/system.js'
import type { Committer } from './committer.js'
import { storeDeadLetter } from './deadLetterItems.js'
import { type Environment, renewReads } from './environment.js'
import {
  countMessages,
  dueMessages,
  enqueue,
  listMessages,
  putMessage,
  readMessage,
  removeMessage,
  type StoredMessage,
} from './queueMessages.js'
import type { SendNotices } from './sendNotices.js'
import type { Delivery, NewDeadLetter, QueueMessages, QueueName, StoreQueue } from './store.js'

/** A queue in LMDB. */
export function lmdbQueue<Name extends QueueName>(
  environment: Environment,
  committer: Committer,
  notices: SendNotices,
  clock: Clock,
  name: Name,
): StoreQueue<QueueMessages[Name]> {
  /** Changes a message that is still there: removes it, and puts what comes back. */
  const change = <Result>(
    id: string,
    next: (message: StoredMessage, now: number) => StoredMessage | undefined,
    result: Result,
    gone: Result,
  ): Promise<Result> => {
    return committer.run((transaction) => {
      const message = readMessage(environment, name, Number(id))
      if (!message) return gone
      removeMessage(environment, name, Number(id), message)
      const changed = next(message, transaction.now)
      if (changed) putMessage(environment, name, Number(id), changed)
      return result
    })
  }

  return {
    send(message) {
      return committer.run((transaction) => enqueue(environment, transaction, notices, name, message))
    },

    async receive(max, visibilityMs) {
      invariant(visibilityMs > 0, 'a loan of a message lasts longer than nothing')
      renewReads(environment)
      // Most calls find nothing: they need no transaction.
      if (dueMessages(environment, name, 1, clock.now()).length === 0) return []
      return committer.run((transaction) =>
        dueMessages(environment, name, max, transaction.now).map(({ id }) => {
          const message = readMessage(environment, name, id)
          invariant(message, 'a message that is due is stored')
          removeMessage(environment, name, id, message)
          const attempts = message.attempts + 1
          putMessage(environment, name, id, { ...message, due: transaction.now + visibilityMs, attempts })
          return { id: String(id), message: message.message, attempts } as Delivery<QueueMessages[Name]>
        }),
      )
    },

    extend(id, visibilityMs) {
      return change(id, (message, now) => ({ ...message, due: now + visibilityMs }), true, false)
    },

    complete(id) {
      return change(id, () => undefined, true, false)
    },

    retryLater(id, delayMs, error) {
      return change(id, (message, now) => ({ ...message, due: now + delayMs, error }), true, false)
    },

    bury(id, error) {
      return committer.run((transaction) => {
        const stored = readMessage(environment, name, Number(id))
        if (!stored) return undefined
        removeMessage(environment, name, Number(id), stored)
        const letter = {
          source: name,
          subject: stored.message,
          error,
          attempts: stored.attempts,
        } as NewDeadLetter
        return storeDeadLetter(environment, transaction, letter)
      })
    },

    list() {
      renewReads(environment)
      return listMessages(environment, name) as { id: string; message: QueueMessages[Name] }[]
    },

    depth() {
      renewReads(environment)
      return countMessages(environment, name)
    },

    nextDue() {
      renewReads(environment)
      return dueMessages(environment, name, 1)[0]?.due
    },

    onSend: (listener) => notices.onSend(name, listener),
  }
}
