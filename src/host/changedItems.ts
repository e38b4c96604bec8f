import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Store } from '../adapters/embedded/store/store.js'
import type { ItemKey } from '../model/keys.js'
import type { Item, ItemTable } from '../ports/itemTable.js'

/**
 * A `scan` that finds only items that were written after a position of the feed, as they are when it comes to them. The
 * feed is read at the first call; its records must be held.
 */
export function changedItems(
  { table, feed }: Pick<Store, 'table' | 'feed'>,
  since: number,
): ItemTable['scan'] {
  let known: Promise<readonly ItemKey[]> | undefined

  async function changedKeys(): Promise<readonly ItemKey[]> {
    const keys = new Map<string, ItemKey>()
    for (let after = since; ; ) {
      const records = feed.read(after, MAX_RECORDS, MAX_CHANGES)
      const last = records.at(-1)
      if (!last) return [...keys.values()]
      for (const { changes } of records) for (const { key } of changes) keys.set(key.PK, key)
      after = last.sequence
      await nextTurn()
    }
  }

  return async ({ prefix, start }) => {
    known ??= changedKeys()
    const keys = (await known).filter(({ PK }) => PK.startsWith(prefix))
    const at = Number(start?.at ?? 0)
    const items = await table.getMany(keys.slice(at, at + MAX_GET_KEYS))
    const next = at + MAX_GET_KEYS
    return {
      items: items.filter((item): item is Item => item !== undefined),
      ...(next < keys.length && { next: { at: String(next) } }),
    }
  }
}

const MAX_RECORDS = 1000
const MAX_CHANGES = 5000
/** Of `getMany`. */
const MAX_GET_KEYS = 100
