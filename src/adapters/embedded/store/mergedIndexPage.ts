import { invariant } from '../../../errors/appError.js'
import type { MergedPage, MergeQuery } from '../../../ports/itemTable.js'
import type { Environment } from './environment.js'
import { decodeItemKey, itemKeyInEntry } from './itemKeys.js'
import { decodeItem } from './itemText.js'
import { indexRange, MAX_PAGE_LENGTH } from './tablePages.js'

/**
 * A page of several partitions of the index, the oldest sort key first. Entries are compared as they are in the index;
 * only the items that are asked for are read.
 */
export function mergedIndexPage(environment: Environment, query: MergeQuery): MergedPage {
  invariant(
    Number.isInteger(query.limit) && query.limit > 0,
    'the limit of a page is a positive whole number',
  )
  const sources = query.partitions.map((one) => new Source(environment, one))
  try {
    const items: MergedPage['items'][number][] = []
    let length = 0
    for (;;) {
      const partition = oldestOf(sources)
      if (partition === undefined) return { items, more: false }
      if (items.length >= query.limit || length >= MAX_PAGE_LENGTH) return { items, more: true }
      const source = sources[partition] as Source
      const text = environment.items.get(source.storedKey)
      invariant(text !== undefined, 'an index entry has its item')
      items.push({ item: decodeItem(decodeItemKey(source.storedKey), text), partition })
      length += text.length
      source.next()
    }
  } finally {
    for (const source of sources) source.end()
  }
}

const EMPTY = Buffer.alloc(0)

/** The entries of one partition. */
class Source {
  /** Of the present entry; undefined at the end. */
  sortKey: string | undefined
  /** Of the present entry's item. */
  storedKey: Buffer = EMPTY
  readonly #entries: Iterator<Buffer>

  constructor({ index }: Environment, one: MergeQuery['partitions'][number]) {
    this.#entries = index.getKeys(indexRange(one))[Symbol.iterator]()
    this.next()
  }

  next(): void {
    const { done, value } = this.#entries.next()
    if (done) {
      this.sortKey = undefined
      return
    }
    // The engine's own memory, which the next entry of any partition may take.
    const entry = Buffer.from(value)
    this.storedKey = itemKeyInEntry(entry)
    const end = entry.byteLength - this.storedKey.byteLength - 1
    this.sortKey = entry.toString('utf8', entry.indexOf(0) + 1, end)
  }

  end(): void {
    this.#entries.return?.()
  }
}

function oldestOf(sources: readonly Source[]): number | undefined {
  let oldest: number | undefined
  for (const [index, { sortKey }] of sources.entries()) {
    if (sortKey === undefined) continue
    const known = oldest === undefined ? undefined : sources[oldest]?.sortKey
    if (known === undefined || sortKey < known) oldest = index
  }
  return oldest
}
