import { entityKey, LIST_SHARDS, listPartition } from '../../model/keys.js'
import type { Item, ItemTable, PageStart } from '../../ports/itemTable.js'

/** Sort key of the last item given out of a shard; empty before the first. */
export type Position = string

/** The items of an entity's shards as one list, oldest first. */
export interface Merge {
  /** True when the next item is still to be read: `load` does that. */
  isWaiting(): boolean
  load(): Promise<void>
  /** Gives the next item out; undefined at the end. Not while it is waiting. */
  next(): { readonly item: Item; readonly shard: number } | undefined
  /** Whether there is a next item. */
  hasMore(): Promise<boolean>
}

/** Where a shard goes on after an item; undefined for its beginning. `table` is the entity's lake name. */
export function startAfter(table: string, shard: number, position: Position): PageStart | undefined {
  if (position === '') return undefined
  const { PK, SK } = entityKey(table, position.slice(position.indexOf('#') + 1))
  // The place of the item in the index, as `entityIndexKey` gives it: its shard is known, its sort key is the position.
  return { PK, SK, 'GSI1-PK': listPartition(table, shard), 'GSI1-SK': position }
}

/** Merges the shards here, reading each in chunks: for tables that only read one partition at a time. */
export function shardMerge(
  items: ItemTable,
  table: string,
  positions: readonly Position[],
  limit: number,
): Merge {
  const chunk = Math.min(limit, Math.ceil(limit / LIST_SHARDS) + 4)
  const shards = positions.map((position, shard) => new Shard(items, table, shard, position, chunk))
  const isWaiting = () => shards.some((shard) => shard.isWaiting())
  const load = async () => void (await Promise.all(shards.map((shard) => shard.load())))
  return {
    isWaiting,
    load,
    next() {
      const shard = oldestOf(shards)
      const item = shards[shard]?.take()
      return item && { item, shard }
    },
    async hasMore() {
      if (isWaiting()) await load()
      return oldestOf(shards) >= 0
    },
  }
}

/** One shard of the index. */
class Shard {
  readonly #items: ItemTable
  readonly #partition: string
  readonly #chunk: number
  #start: PageStart | undefined
  #exhausted = false
  #buffer: readonly Item[] = []
  #index = 0

  constructor(items: ItemTable, table: string, shard: number, position: Position, chunk: number) {
    this.#items = items
    this.#partition = listPartition(table, shard)
    this.#chunk = chunk
    this.#start = startAfter(table, shard, position)
  }

  isWaiting(): boolean {
    return this.#index >= this.#buffer.length && !this.#exhausted
  }

  async load(): Promise<void> {
    while (this.isWaiting()) {
      const start = this.#start
      const page = await this.#items.queryIndex({
        partition: this.#partition,
        limit: this.#chunk,
        ...(start && { start }),
      })
      this.#buffer = page.items
      this.#index = 0
      this.#start = page.next
      this.#exhausted = page.next === undefined
    }
  }

  /** Its next item; undefined at its end. */
  head(): Item | undefined {
    return this.#buffer[this.#index]
  }

  take(): Item | undefined {
    return this.#buffer[this.#index++]
  }
}

/** The shard whose next item is the oldest; -1 when all have come to their ends. */
function oldestOf(shards: readonly Shard[]): number {
  let oldest = -1
  let sortKey = ''
  for (const [index, shard] of shards.entries()) {
    const head = shard.head()
    if (!head) continue
    const key = String(head['GSI1-SK'])
    if (oldest >= 0 && key >= sortKey) continue
    oldest = index
    sortKey = key
  }
  return oldest
}
