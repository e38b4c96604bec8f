import type { ChangeImage } from '../../../ports/changes.js'
import type { ProjectionLetter } from '../../../runtime/changes/deadLetter.js'
import { REPLAY_SOURCE, type StreamEvent, type StreamRecord } from './streamEvent.js'

/**
 * The event that replays a dead letter: the stream processor is to be invoked with it, and answers no
 * `batchItemFailures` when the change has been dealt with. Then, and only then, the letter is to be removed: a replay that
 * fails makes no new one.
 */
export function replayEventOf(letter: ProjectionLetter): StreamEvent {
  return { Records: [recordOfLetter(letter)] }
}

/** The event that replays records of the stream. */
export function replayEventOfRecords(records: readonly StreamRecord[]): StreamEvent {
  return { Records: records.map((record) => ({ ...record, eventSource: REPLAY_SOURCE })) }
}

function recordOfLetter({ sequence, subject, changedAt }: ProjectionLetter): StreamRecord {
  const { PK, SK } = subject.key
  return {
    eventSource: REPLAY_SOURCE,
    dynamodb: {
      Keys: { PK: { S: PK }, SK: { S: SK } },
      ...(subject.old && { OldImage: imageRecord(subject.old) }),
      ...(subject.new && { NewImage: imageRecord(subject.new) }),
      SequenceNumber: sequence,
      ApproximateCreationDateTime: Date.parse(changedAt) / 1000,
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
