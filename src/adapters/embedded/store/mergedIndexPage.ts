import { invariant } from '../../../errors/appError.js'
import type { MergedPage, MergeQuery } from '../../../ports/itemTable.js'
import type { Environment } from './environment.js'
import { decodeIndexEntry, type IndexEntry, nextKey } from './itemKeys.js'
import { decodeItem } from './itemText.js'
import { indexRange, MAX_PAGE_LENGTH } from './tablePages.js'

/**
 * A page of several partitions of the index, the oldest sort key first. Entries are compared as they are in the index;
 * only the items that are asked for are read.
 */
export function mergedIndexPage(environment: Environment, query: MergeQuery): MergedPage {
  const { limit, partitions } = query
  invariant(Number.isInteger(limit) && limit > 0, 'the limit of a page is a positive whole number')
  // Ids are spread evenly: few partitions have more than their share and some.
  const chunk = Math.min(limit + 1, Math.ceil(limit / partitions.length) + 2)
  const sources = partitions.map((one) => new Source(environment, one, chunk))
  const items: MergedPage['items'][number][] = []
  let length = 0
  for (;;) {
    const partition = oldestOf(sources)
    if (partition === undefined) return { items, more: false }
    if (items.length >= limit || length >= MAX_PAGE_LENGTH) return { items, more: true }
    const source = sources[partition] as Source
    const { key, storedKey } = source.head as IndexEntry
    const text = environment.items.get(storedKey)
    invariant(text !== undefined, 'an index entry has its item')
    items.push({ item: decodeItem(key, text), partition })
    length += text.length
    source.next()
  }
}

/** The entries of one partition, read in chunks: one by one, each partition would need a cursor of its own. */
class Source {
  /** The present entry; undefined at the end. */
  head: IndexEntry | undefined
  readonly #index: Environment['index']
  readonly #range: { readonly start: Buffer; readonly end: Buffer }
  readonly #chunk: number
  /** The bytes of each entry as text. */
  #entries: string[] = []
  #at = 0

  constructor({ index }: Environment, one: MergeQuery['partitions'][number], chunk: number) {
    this.#index = index
    this.#range = indexRange(one)
    this.#chunk = chunk
    this.#load(this.#range.start)
    this.next()
  }

  next(): void {
    const last = this.#entries.at(-1)
    if (this.#at === this.#chunk && last !== undefined) this.#load(nextKey(Buffer.from(last, 'latin1')))
    const entry = this.#entries[this.#at++]
    this.head = entry === undefined ? undefined : decodeIndexEntry(entry)
  }

  #load(start: Buffer): void {
    this.#entries = []
    this.#at = 0
    // The engine's own memory, which the next entry takes: read at once.
    for (const key of this.#index.getKeys({ ...this.#range, start, limit: this.#chunk })) {
      this.#entries.push(key.toString('latin1'))
    }
  }
}

function oldestOf(sources: readonly Source[]): number | undefined {
  let oldest: number | undefined
  let sortKey = ''
  for (let index = 0; index < sources.length; index++) {
    const head = sources[index]?.head
    if (head === undefined || (oldest !== undefined && head.sortKey >= sortKey)) continue
    oldest = index
    sortKey = head.sortKey
  }
  return oldest
}
