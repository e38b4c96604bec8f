import { deadLetterKey } from '../../../model/keys.js'
import type { Committer, Transaction } from './committer.js'
import { storeDeadLetter, toDeadLetter } from './deadLetterItems.js'
import { type Environment, renewReads } from './environment.js'
import { decodeItemKey, encodeItemKey, firstKey, keyAfter, nextKey } from './itemKeys.js'
import { decodeItem } from './itemText.js'
import { enqueue } from './queueMessages.js'
import type { SendNotices } from './sendNotices.js'
import type { DeadLetter, DeadLetters } from './store.js'
import { applyPlan, planWrite, prepareWrite } from './writePlan.js'

/** Dead letters as items of the table. */
export function lmdbDeadLetters(
  environment: Environment,
  committer: Committer,
  notices: SendNotices,
): DeadLetters {
  /** Removes a dead letter in the current write transaction and answers what it was. */
  const take = (transaction: Transaction, sequence: string): DeadLetter | undefined => {
    const plan = planWrite(environment, prepareWrite({ kind: 'delete', key: deadLetterKey(sequence) }))
    if (typeof plan === 'string' || !plan.before) return undefined
    applyPlan(environment, transaction, plan)
    return toDeadLetter(plan.before)
  }

  return {
    add(letter) {
      return committer.run((transaction) => storeDeadLetter(environment, transaction, letter))
    },

    list({ limit, after }) {
      renewReads(environment)
      const start = after === undefined ? firstKey(PREFIX) : nextKey(encodeItemKey(deadLetterKey(after)))
      return [...environment.items.getRange({ start, end: keyAfter(PREFIX), limit })].map(({ key, value }) =>
        toDeadLetter(decodeItem(decodeItemKey(key), value)),
      )
    },

    get(sequence) {
      renewReads(environment)
      const key = deadLetterKey(sequence)
      const text = environment.items.get(encodeItemKey(key))
      return text === undefined ? undefined : toDeadLetter(decodeItem(key, text))
    },

    remove(sequence) {
      return committer.run((transaction) => take(transaction, sequence) !== undefined)
    },

    replay(sequence) {
      return committer.run((transaction) => {
        const letter = take(transaction, sequence)
        if (!letter) return false
        if (letter.source === 'projection') transaction.record(letter.subject)
        else if (letter.source === 'cascade')
          enqueue(environment, transaction, notices, 'cascade', letter.subject)
        else enqueue(environment, transaction, notices, 'deletion', letter.subject)
        return true
      })
    },

    count() {
      renewReads(environment)
      return environment.items.getKeysCount({ start: firstKey(PREFIX), end: keyAfter(PREFIX) })
    },
  }
}

const PREFIX = 'deadLetter#'
