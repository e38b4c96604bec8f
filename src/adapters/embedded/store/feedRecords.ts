import type { Change, ChangeImage } from '../../../ports/changes.js'
import type { Environment } from './environment.js'
import { metaNumber, putMetaNumber } from './meta.js'
import type { FeedRecord } from './store.js'

/** Appends a record in the current write transaction and answers its sequence. */
export function appendRecord(environment: Environment, time: number, changes: readonly Change[]): number {
  const sequence = metaNumber(environment, HEAD) + 1
  environment.feed.put(sequenceKey(sequence), encodeRecord(time, changes))
  putMetaNumber(environment, HEAD, sequence)
  return sequence
}

/** Name of the last sequence in the store's single values. */
export const HEAD = 'feed.head'

export function sequenceKey(sequence: number): Buffer {
  const key = Buffer.allocUnsafe(8)
  key.writeBigUInt64BE(BigInt(sequence))
  return key
}

export function decodeSequence(key: Uint8Array): number {
  return Number(Buffer.from(key.buffer, key.byteOffset, key.byteLength).readBigUInt64BE())
}

export function decodeRecord(sequence: number, text: string): FeedRecord {
  const [time, stored] = JSON.parse(text) as StoredRecord
  const changes = stored.map(([PK, SK, before, after]): Change => {
    return {
      key: { PK, SK: SK === 0 ? PK : SK },
      ...(before !== 0 && { old: decodeImage(before) }),
      ...(after !== 0 && { new: decodeImage(after) }),
    }
  })
  return { sequence, time, changes }
}

type StoredRecord = readonly [time: number, changes: readonly StoredChange[]]
/** A sort key of 0 is the same as the partition key; an image of 0 is none. */
type StoredChange = readonly [PK: string, SK: string | 0, old: StoredImage | 0, new: StoredImage | 0]
type StoredImage = readonly [entityType: string, createdAt: string, incarnation: string, rev: number]

function encodeRecord(time: number, changes: readonly Change[]): string {
  const stored = changes.map(({ key, old, new: after }): StoredChange => {
    return [
      key.PK,
      key.SK === key.PK ? 0 : key.SK,
      old ? encodeImage(old) : 0,
      after ? encodeImage(after) : 0,
    ]
  })
  return JSON.stringify([time, stored] satisfies StoredRecord)
}

function encodeImage({ entityType, createdAt, incarnation, rev }: ChangeImage): StoredImage {
  return [entityType, createdAt, incarnation, rev]
}

function decodeImage([entityType, createdAt, incarnation, rev]: StoredImage): ChangeImage {
  return { entityType, createdAt, incarnation, rev }
}
