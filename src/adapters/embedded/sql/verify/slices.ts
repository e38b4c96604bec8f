import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Item } from '../../../../ports/itemTable.js'
import type { StoreTable } from '../../store/store.js'
import { idOfKey } from '../pendingRows.js'

/** A run of the table's items in the order of their ids: all that there are after one id, up to another. */
export interface Slice {
  readonly items: readonly Item[]
  /** Absent in the first. */
  readonly after?: string
  /** Absent in the last. */
  readonly upTo?: string
}

const ITEMS_A_PAGE = 250
/** They are in memory all at once; each slice costs a scan of the lake's table. A page holds a megabyte at most. */
const ITEMS_A_SLICE = 20_000
const PAGES_A_SLICE = 80

/** Reads the items whose keys begin with a prefix. Each page sees the table as it is when it is read. */
export async function* readSlices(table: StoreTable, prefix: string): AsyncGenerator<Slice> {
  let items: Item[] = []
  let pages = 0
  let after: string | undefined
  let last: Item | undefined
  for (;;) {
    const page = table.readPage({ prefix, limit: ITEMS_A_PAGE, ...(last && { after: last }) })
    items.push(...page)
    pages += 1
    last = page.at(-1)
    // Statements go on meanwhile.
    await nextTurn()
    if (!last) {
      yield { items, ...(after !== undefined && { after }) }
      return
    }
    if (items.length < ITEMS_A_SLICE && pages < PAGES_A_SLICE) continue
    const upTo = idOfKey(last)
    yield { items, upTo, ...(after !== undefined && { after }) }
    after = upTo
    items = []
    pages = 0
  }
}
