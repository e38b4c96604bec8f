import { invariant } from '../../../errors/appError.js'
import type { Committer } from './committer.js'
import { type Environment, renewReads } from './environment.js'
import { heldPosition, holdFeed } from './feedHolds.js'
import { decodeRecord, decodeSequence, HEAD, sequenceKey } from './feedRecords.js'
import { firstKey, keyAfter } from './itemKeys.js'
import { metaNumber, putMetaNumber } from './meta.js'
import { enqueue } from './queueMessages.js'
import { soundRead } from './repeatedReads.js'
import type { SendNotices } from './sendNotices.js'
import type { FeedRecord, StoreFeed } from './store.js'

/** The change feed in LMDB; the committer appends to it. */
export function lmdbFeed(environment: Environment, committer: Committer, notices: SendNotices): StoreFeed {
  return {
    head() {
      return soundRead(() => {
        renewReads(environment)
        return metaNumber(environment, HEAD)
      })
    },

    first() {
      renewReads(environment)
      return metaNumber(environment, TRIMMED) + 1
    },

    read(after, maxRecords, maxChanges = Number.POSITIVE_INFINITY) {
      renewReads(environment)
      const records: FeedRecord[] = []
      let changes = 0
      const range = { start: sequenceKey(after + 1), limit: maxRecords }
      for (const { key, value } of environment.feed.getRange(range)) {
        const record = decodeRecord(decodeSequence(key), value)
        records.push(record)
        changes += record.changes.length
        if (changes >= maxChanges) break
      }
      return records
    },

    checkpoint(consumer) {
      renewReads(environment)
      return metaNumber(environment, checkpointName(consumer))
    },

    setCheckpoint(consumer, sequence) {
      checkSequence(sequence)
      return committer.run(() => putMetaNumber(environment, checkpointName(consumer), sequence))
    },

    checkpoints() {
      renewReads(environment)
      const range = { start: firstKey(CHECKPOINT), end: keyAfter(CHECKPOINT) }
      return Object.fromEntries(
        [...environment.meta.getRange(range)].map(({ key, value }) => [
          key.toString().slice(CHECKPOINT.length),
          Number(value),
        ]),
      )
    },

    advance(consumer, sequence, messages) {
      checkSequence(sequence)
      return committer.run((transaction) => {
        if (metaNumber(environment, checkpointName(consumer)) >= sequence) return false
        putMetaNumber(environment, checkpointName(consumer), sequence)
        for (const { queue, message } of messages) enqueue(environment, transaction, notices, queue, message)
        return true
      })
    },

    async trim(below) {
      checkSequence(below)
      let removed = 0
      for (;;) {
        const part = await committer.run(({ now }) => {
          return trimPart(environment, Math.min(below, heldPosition(environment, now) + 1))
        })
        removed += part
        if (part < TRIM_PART) return removed
      }
    },

    hold: () => holdFeed(environment, committer),

    onCommit: (listener) => committer.onRecord(listener),
  }
}

/** Name of the last sequence that was trimmed, in the store's single values. */
const TRIMMED = 'feed.trimmed'

const CHECKPOINT = 'checkpoint.'

/** Records removed in one transaction, so that trimming holds nobody up. */
const TRIM_PART = 1000

function checkpointName(consumer: string): string {
  return `${CHECKPOINT}${consumer}`
}

function checkSequence(sequence: number): void {
  invariant(Number.isSafeInteger(sequence) && sequence >= 0, 'a sequence is a whole number')
}

function trimPart(environment: Environment, below: number): number {
  const from = metaNumber(environment, TRIMMED) + 1
  const end = Math.min(below, metaNumber(environment, HEAD) + 1)
  const until = Math.min(end, from + TRIM_PART)
  if (until <= from) return 0
  for (let sequence = from; sequence < until; sequence++) environment.feed.remove(sequenceKey(sequence))
  putMetaNumber(environment, TRIMMED, until - 1)
  return until - from
}
