import type { Item } from '../../../ports/itemTable.js'
import { encodeIndexKey, encodeItemKey } from './itemKeys.js'
import { encodeItem, withoutNulls } from './itemText.js'

/** An item in its stored form. Made before a transaction where possible: others wait while one is open. */
export interface PreparedItem {
  readonly item: Item
  readonly storedKey: Buffer
  /** The attributes; undefined when the item is too large. */
  readonly text: string | undefined
  /** Key of its entry in the index. */
  readonly entry: Buffer | undefined
}

/** Throws for keys that can't be stored. */
export function prepareItem(given: Item): PreparedItem {
  const item = withoutNulls(given)
  return { item, storedKey: encodeItemKey(item), text: encodeItem(item), entry: encodeIndexKey(item) }
}
