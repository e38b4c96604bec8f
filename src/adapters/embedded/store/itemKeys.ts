import { invariant } from '../../../errors/appError.js'
import type { ItemKey } from '../../../model/keys.js'
import { StoreError } from '../../../ports/storeError.js'

/** Key of an item in the store: the bytes of its two parts in UTF-8, so that keys sort by bytes as DynamoDB's do. */
export function encodeItemKey({ PK, SK }: ItemKey): Buffer {
  // Most items stand alone in their partition under one key for both parts, which need not be stored twice.
  return checkedKey(PK === SK ? `${checkedPart(PK)}\0` : `${checkedPart(PK)}\0${checkedPart(SK)}`)
}

export function decodeItemKey(key: Uint8Array): ItemKey {
  const [PK, SK] = parts(key)
  return { PK: PK as string, SK: SK || (PK as string) }
}

/** Key of an item's entry in the index, undefined for an item that is not in it. */
export function encodeIndexKey(item: ItemKey & IndexAttributes): Buffer | undefined {
  const partition = item['GSI1-PK']
  const sort = item['GSI1-SK']
  if (typeof partition !== 'string' || typeof sort !== 'string') return undefined
  const { PK, SK } = item
  return checkedKey(`${checkedPart(partition)}\0${checkedPart(sort)}\0${PK}\0${PK === SK ? '' : SK}`)
}

/** The stored key of the item that an index entry is for: an entry ends with it, byte for byte. */
export function itemKeyInEntry(entry: Uint8Array): Buffer {
  const sort = entry.indexOf(0) + 1
  const start = entry.indexOf(0, sort) + 1
  return Buffer.from(entry.buffer, entry.byteOffset + start, entry.byteLength - start)
}

/** What an index entry says. */
export interface IndexEntry {
  /** Sort key in the index. */
  readonly sortKey: string
  /** Of the item that the entry is for. */
  readonly key: ItemKey
  /** The same as it is stored. */
  readonly storedKey: Buffer
}

/** Takes an index entry apart, given as the text of its bytes (`latin1`), which is quicker to cut than bytes are. */
export function decodeIndexEntry(entry: string): IndexEntry {
  const sort = entry.indexOf('\0') + 1
  const sortEnd = entry.indexOf('\0', sort)
  const end = entry.indexOf('\0', sortEnd + 1)
  const text = BEYOND_ASCII.test(entry) ? utf8Of : asItIs
  const PK = text(entry.slice(sortEnd + 1, end))
  return {
    sortKey: text(entry.slice(sort, sortEnd)),
    key: { PK, SK: end === entry.length - 1 ? PK : text(entry.slice(end + 1)) },
    storedKey: Buffer.from(entry.slice(sortEnd + 1), 'latin1'),
  }
}

/** First key that is not below any key that starts with this text. */
export function firstKey(prefix: string): Buffer {
  return Buffer.from(prefix)
}

/** A key above all that start with this text: no UTF-8 text holds the byte 0xff. */
export function keyAfter(prefix: string): Buffer {
  const length = Buffer.byteLength(prefix)
  const key = Buffer.allocUnsafe(length + 1)
  key.write(prefix)
  key[length] = 0xff
  return key
}

/** The least key above a key. */
export function nextKey(key: Uint8Array): Buffer {
  return Buffer.concat([key, ZERO])
}

/** Compares as DynamoDB compares keys: by UTF-8 bytes, which differs from JavaScript's order beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

export interface IndexAttributes {
  readonly 'GSI1-PK'?: unknown
  readonly 'GSI1-SK'?: unknown
}

/** Longest key in bytes. Source: LMDB with pages of 4 KB, as lmdb-js builds it. */
const MAX_KEY_BYTES = 1978

const ZERO = Buffer.from([0])

const BEYOND_ASCII = /[\x80-\xff]/
const utf8Of = (bytes: string) => Buffer.from(bytes, 'latin1').toString()
const asItIs = (bytes: string) => bytes

/** A zero byte would end a part early; a lone surrogate has no UTF-8 and would collide with others. */
const UNFIT = /[\0\p{Surrogate}]/u
/** What has none of these is fit; most text has none, and is looked through several times faster. */
const SUSPECT = /[\0\ud800-\udfff]/

function checkedPart(part: string): string {
  invariant(
    part !== '' && !(SUSPECT.test(part) && UNFIT.test(part)),
    'a key is well-formed text, not empty, without zero characters',
  )
  return part
}

function checkedKey(text: string): Buffer {
  const key = Buffer.from(text)
  if (key.length > MAX_KEY_BYTES) {
    throw new StoreError(
      'itemTooLarge',
      `A key of ${key.length} bytes was given, but at most ${MAX_KEY_BYTES} fit.`,
    )
  }
  return key
}

function parts(key: Uint8Array): string[] {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString().split('\0')
}
