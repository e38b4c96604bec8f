import type { MergedPage, MergeQuery } from '../../../ports/itemTable.js'
import { type Environment, renewReads } from './environment.js'
import { HEAD } from './feedRecords.js'
import { mergedIndexPage } from './mergedIndexPage.js'
import { metaNumber } from './meta.js'

/**
 * Reads merged pages of entities and keeps those that were asked for twice since the last change, within bounds. First
 * pages are what clients ask for most, and there may be many requests between two changes.
 *
 * Every change of an entity's item, by whichever process, is one with a record in the feed. The head of the feed is
 * read in the same snapshot as the pages: as long as it is the same, so is what they would be read as.
 */
export function mergedPages(environment: Environment): (query: MergeQuery) => MergedPage {
  const kept = new Map<string, { readonly page: MergedPage; readonly length: number }>()
  /** Names of pages that were asked for once: whoever walks through a list does not come back, and pays for nothing. */
  const asked = new Set<string>()
  let total = 0
  let head = -1
  let { root } = environment

  const forgetAll = () => {
    kept.clear()
    asked.clear()
    total = 0
  }

  return (query) => {
    renewReads(environment)
    const present = metaNumber(environment, HEAD)
    // Another root: the environment was opened anew after a failure, and a commit may not have outlived it.
    if (present !== head || root !== environment.root) forgetAll()
    head = present
    root = environment.root
    const name = nameOf(query)
    const known = kept.get(name)
    if (known) return known.page
    const { page, length } = mergedIndexPage(environment, query)
    if (!asked.has(name)) {
      if (asked.size >= MAX_PAGES) asked.clear()
      asked.add(name)
      return page
    }
    if (length > MAX_LENGTH / 10 || !query.partitions.every(isOfEntity)) return page
    kept.set(name, { page, length: length + name.length })
    total += length + name.length
    for (const [oldest, { length: freed }] of kept) {
      if (total <= MAX_LENGTH && kept.size <= MAX_PAGES) break
      kept.delete(oldest)
      total -= freed
    }
    return page
  }
}

/** Characters of stored text; the items made of it take some four times as many bytes. */
const MAX_LENGTH = 2 * 1024 * 1024
/** Empty pages have no text. */
const MAX_PAGES = 1000

/** Tells a query from every other one: no part of a key holds a zero byte. */
function nameOf({ limit, partitions }: MergeQuery): string {
  let name = String(limit)
  for (const { partition, start } of partitions) {
    name += `\0${partition}\0${start ? `${start['GSI1-SK']}\0${start.PK}\0${start.SK}` : ''}`
  }
  return name
}

/** Changes of other items, such as tasks, may be without a record. */
function isOfEntity({ partition }: MergeQuery['partitions'][number]): boolean {
  return partition.startsWith('entity#')
}
