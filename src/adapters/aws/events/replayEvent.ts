import type { ChangeImage } from '../../../ports/changes.js'
import type { Item } from '../../../ports/itemTable.js'
import type { ChangeRecord } from '../../../runtime/changes/changeRecord.js'
import type { ProjectionLetter } from '../../../runtime/changes/deadLetter.js'
import { changeRecordOf, REPLAY_SOURCE, type StreamEvent, type StreamRecord } from './streamEvent.js'

/**
 * The event that replays a dead letter: the stream processor is to be invoked with it, and answers no
 * `batchItemFailures` when the change has been dealt with. Then, and only then, the letter is to be removed: a replay that
 * fails makes no new one.
 */
export function replayEventOf({ sequence, subject, changedAt }: ProjectionLetter): StreamEvent {
  return { Records: [replayRecord({ sequence, change: subject, changedAt: Date.parse(changedAt) })] }
}

/**
 * The event that replays records of the stream. Of their images it has only what a change is made of: with the rest a
 * few records could pass the 6 MB that an invocation takes.
 */
export function replayEventOfRecords(records: readonly StreamRecord[]): StreamEvent {
  return { Records: records.flatMap((record) => changeRecordOf(record) ?? []).map(replayRecord) }
}

/**
 * The event that has the rows of items written as they are now: to make the lake, or a part of it, again from the table.
 * Items that SQL doesn't show are left out. A row whose item is gone stays; see `replayEventOfRecords`.
 */
export function replayEventOfItems(items: readonly Item[]): StreamEvent {
  const stored = items.filter(({ _rev }) => _rev !== undefined)
  return {
    Records: stored.map((item) => {
      const { PK, SK, entityType, createdAt, _incarnation, _rev } = item
      const image: ChangeImage = {
        entityType: String(entityType),
        createdAt: String(createdAt),
        incarnation: String(_incarnation),
        rev: Number(_rev),
      }
      return replayRecord({ sequence: PK, change: { key: { PK, SK }, new: image }, changedAt: 0 })
    }),
  }
}

function replayRecord({
  sequence,
  change,
  changedAt,
}: Pick<ChangeRecord, 'sequence' | 'change' | 'changedAt'>): StreamRecord {
  const { PK, SK } = change.key
  return {
    eventSource: REPLAY_SOURCE,
    dynamodb: {
      Keys: { PK: { S: PK }, SK: { S: SK } },
      ...(change.old && { OldImage: imageRecord(change.old) }),
      ...(change.new && { NewImage: imageRecord(change.new) }),
      SequenceNumber: sequence,
      ApproximateCreationDateTime: changedAt / 1000,
    },
  }
}

function imageRecord({ entityType, createdAt, incarnation, rev }: ChangeImage) {
  return {
    entityType: { S: entityType },
    createdAt: { S: createdAt },
    _incarnation: { S: incarnation },
    _rev: { N: String(rev) },
  }
}
