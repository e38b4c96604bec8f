import type { Json } from '../../model/json.js'
import { deadLetterKey } from '../../model/keys.js'
import type { Change } from '../../ports/changes.js'
import type { Item } from '../../ports/itemTable.js'
import { systemTime } from '../times.js'
import type { ChangeRecord } from './changeRecord.js'

/** A change that could not be projected, as it waits in the table to be replayed. */
export interface ProjectionLetter {
  /** The change's place in the stream. */
  readonly sequence: string
  readonly source: 'projection'
  readonly subject: Change
  /** What went wrong, for operators. */
  readonly error: string
  /** Tries of the last delivery. */
  readonly attempts: number
  /** When the change happened. */
  readonly changedAt: string
  /** When it was given up. */
  readonly createdAt: string
}

/** An error says what it has to say within this many characters; the item must fit. */
const MAX_ERROR_LENGTH = 10_000

/** The dead letter of a record: always the same item, however often the record is given up. */
export function deadLetterItem(
  { sequence, change, changedAt }: ChangeRecord,
  failure: { readonly error: string; readonly attempts: number; readonly now: number },
): Item {
  const createdAt = systemTime(failure.now)
  return {
    ...deadLetterKey(sequence),
    entityType: 'deadLetter',
    createdAt,
    updatedAt: createdAt,
    sequence,
    source: 'projection',
    subject: change as unknown as Json,
    error: failure.error.slice(0, MAX_ERROR_LENGTH),
    attempts: failure.attempts,
    changedAt: systemTime(changedAt),
  }
}

/** The letter in an item of `deadLetterItem`. */
export function projectionLetter(item: Item): ProjectionLetter {
  const { sequence, source, subject, error, attempts, changedAt, createdAt } = item
  return {
    sequence,
    source,
    subject,
    error,
    attempts,
    changedAt: changedAt ?? createdAt,
    createdAt,
  } as unknown as ProjectionLetter
}
