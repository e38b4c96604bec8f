import { invariant } from '../../../errors/appError.js'
import type { ItemKey } from '../../../model/keys.js'
import type { Item, Page, PageStart, PartitionQuery } from '../../../ports/itemTable.js'
import type { Environment } from './environment.js'
import {
  compareBytes,
  decodeItemKey,
  encodeItemKey,
  firstKey,
  itemKeyInEntry,
  keyAfter,
  nextKey,
} from './itemKeys.js'
import { decodeItem } from './itemText.js'

/** A page of one partition, in order of its sort keys. */
export function partitionPage(environment: Environment, query: PartitionQuery): Page {
  const { partition, sortKeyPrefix = '', start } = query
  const after = start?.SK
  const page = new PageBuilder(query.limit)
  // The item that has the partition's key for both parts is stored before the others: it joins them in its place.
  let alone = soleItem(environment, query)
  const from = after === undefined || compareBytes(after, sortKeyPrefix) < 0 ? sortKeyPrefix : after
  // Past the sole item's key, which ends in the separator.
  const first = from === '' ? nextKey(Buffer.from(`${partition}\0`)) : Buffer.from(`${partition}\0${from}`)
  const range = { start: first, end: keyAfter(`${partition}\0${sortKeyPrefix}`), limit: query.limit + 2 }
  for (const { key: stored, value } of environment.items.getRange(range)) {
    const key = decodeItemKey(stored)
    if (key.SK === after) continue
    if (alone && compareBytes(alone.SK, key.SK) < 0) {
      if (!page.add(alone, SOLE_LENGTH)) return page.full()
      alone = undefined
    }
    if (!page.add(decodeItem(key, value), value.length)) return page.full()
  }
  if (alone && !page.add(alone, SOLE_LENGTH)) return page.full()
  return page.last()
}

/** A page of one partition of the index, in order of its sort keys there. */
export function indexPage(environment: Environment, query: PartitionQuery): Page {
  const page = new PageBuilder(query.limit, indexPosition)
  const range = { ...indexRange(query), limit: query.limit + 1 }
  for (const entry of environment.index.getKeys(range)) {
    // One too many is there to say that there is a next page: it need not be read.
    if (page.isFull()) return page.full()
    const stored = itemKeyInEntry(entry)
    const text = environment.items.get(stored)
    invariant(text !== undefined, 'an index entry has its item')
    page.add(decodeItem(decodeItemKey(stored), text), text.length)
  }
  return page.last()
}

/** Where the entries of a partition of the index lie, from a start on. */
export function indexRange({ partition, sortKeyPrefix = '', start }: Omit<PartitionQuery, 'limit'>) {
  const prefix = `${partition}\0${sortKeyPrefix}`
  // Without a prefix of sort keys, every start within the partition is behind its beginning.
  if (start && sortKeyPrefix === '') {
    return { start: nextKey(Buffer.from(indexStart(partition, start))), end: keyAfter(prefix) }
  }
  const first = start ? nextKey(Buffer.from(indexStart(partition, start))) : firstKey(prefix)
  const from = Buffer.compare(first, firstKey(prefix)) < 0 ? firstKey(prefix) : first
  return { start: from, end: keyAfter(prefix) }
}

/** A page of the items whose partition keys start with a prefix. */
export function prefixPage(
  environment: Environment,
  query: { readonly prefix: string; readonly limit: number; readonly start?: PageStart },
): Page {
  const page = new PageBuilder(query.limit)
  const start = query.start && ({ PK: query.start.PK, SK: query.start.SK } as ItemKey)
  const range = {
    start: start ? nextKey(encodeItemKey(start)) : firstKey(query.prefix),
    end: keyAfter(query.prefix),
    limit: query.limit + 1,
  }
  for (const { key, value } of environment.items.getRange(range)) {
    if (!page.add(decodeItem(decodeItemKey(key), value), value.length)) return page.full()
  }
  return page.last()
}

/** Longest page in characters of JSON, as DynamoDB ends a page at 1 MB: a limit of 1,000 may mean 400 MB. */
export const MAX_PAGE_LENGTH = 1024 * 1024

/** What an item counts whose stored length isn't at hand. There is one at most. */
const SOLE_LENGTH = 0

/** Collects a page, and one item too many to know whether there is a next one. */
class PageBuilder {
  readonly #limit: number
  readonly #position: (item: Item) => PageStart
  readonly #items: Item[] = []
  #length = 0

  constructor(limit: number, position: (item: Item) => PageStart = itemPosition) {
    invariant(Number.isInteger(limit) && limit > 0, 'the limit of a page is a positive whole number')
    this.#limit = limit
    this.#position = position
  }

  isFull(): boolean {
    return this.#items.length >= this.#limit || this.#length >= MAX_PAGE_LENGTH
  }

  /** False when the page is full: the item is the next page's. */
  add(item: Item, length: number): boolean {
    if (this.isFull()) return false
    this.#items.push(item)
    this.#length += length
    return true
  }

  full(): Page {
    return { items: this.#items, next: this.#position(this.#items.at(-1) as Item) }
  }

  last(): Page {
    return { items: this.#items }
  }
}

function itemPosition({ PK, SK }: Item): PageStart {
  return { PK, SK }
}

function indexPosition(item: Item): PageStart {
  const { PK, SK } = item
  return { 'GSI1-PK': item['GSI1-PK'] as string, 'GSI1-SK': item['GSI1-SK'] as string, PK, SK }
}

function indexStart(partition: string, start: PageStart): string {
  return `${partition}\0${start['GSI1-SK']}\0${start.PK}\0${start.PK === start.SK ? '' : start.SK}`
}

function soleItem(environment: Environment, { partition, sortKeyPrefix, start }: PartitionQuery) {
  if (sortKeyPrefix !== undefined && !partition.startsWith(sortKeyPrefix)) return undefined
  if (start?.SK !== undefined && compareBytes(partition, start.SK) <= 0) return undefined
  const key = { PK: partition, SK: partition }
  const text = environment.items.get(encodeItemKey(key))
  return text === undefined ? undefined : decodeItem(key, text)
}
