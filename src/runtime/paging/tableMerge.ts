import { listPartition } from '../../model/keys.js'
import type { ItemTable, MergedPage } from '../../ports/itemTable.js'
import { type Merge, type Position, startAfter } from './shardMerge.js'

/** The shards as a table merges them by itself, which reads no item that isn't given out. */
export function tableMerge(
  mergeIndex: NonNullable<ItemTable['mergeIndex']>,
  table: string,
  positions: readonly Position[],
  limit: number,
): Merge {
  const reached = [...positions]
  let page: MergedPage = { items: [], more: true }
  let index = 0
  let left = limit
  const isWaiting = () => index >= page.items.length && page.more
  return {
    isWaiting,
    async load() {
      while (isWaiting()) {
        const partitions = reached.map((position, shard) => {
          const start = startAfter(table, shard, position)
          return { partition: listPartition(table, shard), ...(start && { start }) }
        })
        page = await mergeIndex({ partitions, limit: Math.max(1, left) })
        index = 0
      }
    },
    next() {
      const next = page.items[index]
      if (!next) return undefined
      index += 1
      left -= 1
      reached[next.partition] = String(next.item['GSI1-SK'])
      return { item: next.item, shard: next.partition }
    },
    hasMore: async () => index < page.items.length || page.more,
  }
}
