import type { Json } from '../../../model/json.js'
import { deadLetterKey } from '../../../model/keys.js'
import type { Item } from '../../../ports/itemTable.js'
import type { Transaction } from './committer.js'
import type { Environment } from './environment.js'
import { nextNumber } from './meta.js'
import type { DeadLetter, NewDeadLetter } from './store.js'
import { applyPlan, planWrite, prepareWrite } from './writePlan.js'

/** Stores a dead letter in the current write transaction and answers its sequence. */
export function storeDeadLetter(
  environment: Environment,
  transaction: Transaction,
  { source, subject, error, attempts }: NewDeadLetter,
): string {
  const sequence = String(nextNumber(environment, 'deadLetter.last')).padStart(SEQUENCE_DIGITS, '0')
  const createdAt = new Date(transaction.now).toISOString()
  const item: Item = {
    ...deadLetterKey(sequence),
    entityType: 'deadLetter',
    createdAt,
    updatedAt: createdAt,
    sequence,
    source,
    subject: subject as unknown as Json,
    error: error.slice(0, MAX_ERROR_LENGTH),
    attempts,
  }
  const plan = planWrite(environment, prepareWrite({ kind: 'put', item }))
  if (typeof plan === 'string') throw new Error('invariant: a dead letter fits into an item')
  applyPlan(environment, transaction, plan)
  return sequence
}

export function toDeadLetter(item: Item): DeadLetter {
  const { sequence, createdAt, source, subject, error, attempts } = item
  return { sequence, createdAt, source, subject, error, attempts } as unknown as DeadLetter
}

/** Enough for one dead letter a millisecond over three decades. */
const SEQUENCE_DIGITS = 12

/** An error says what it has to say within this many characters; the item must fit. */
const MAX_ERROR_LENGTH = 10_000
