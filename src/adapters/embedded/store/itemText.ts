import { invariant } from '../../../errors/appError.js'
import type { Json } from '../../../model/json.js'
import type { ItemKey } from '../../../model/keys.js'
import { itemBytes } from '../../../ports/itemBytes.js'
import { type Item, MAX_ITEM_BYTES } from '../../../ports/itemTable.js'

/**
 * An item's attributes as stored: JSON without the keys. JSON keeps doubles exactly and any text, needs no
 * dictionary that processes would have to share, and V8 reads and writes it faster than MessagePack without one.
 *
 * The item has no null attributes. `undefined` when it is too large.
 */
export function encodeItem(item: Item): string | undefined {
  const text = withoutKeys(item)
  // JSON has no NaN and no infinities, and writes null.
  if (text.includes('null')) checkNumbers(item)
  // By DynamoDB's rules an item counts at most twice its JSON's bytes, and a character has at most three.
  if (text.length * 6 + KEY_ALLOWANCE > MAX_ITEM_BYTES && itemBytes(item) > MAX_ITEM_BYTES) return undefined
  return text
}

/** JSON of the attributes. Keys that come first are cut off their text, which is faster than to take them off the item. */
function withoutKeys(item: Item): string {
  const text = JSON.stringify(item)
  const keys = `{"PK":${JSON.stringify(item.PK)},"SK":${JSON.stringify(item.SK)}`
  if (text.startsWith(keys)) {
    const rest = keys.length + (text[keys.length] === ',' ? 1 : 0)
    return `{${text.slice(rest)}`
  }
  const { PK: _partition, SK: _sort, ...attributes } = item
  return JSON.stringify(attributes)
}

export function decodeItem(key: ItemKey, text: string): Item {
  const item = JSON.parse(text) as Record<string, Json>
  item.PK = key.PK
  item.SK = key.SK
  return item as Item
}

/** A null attribute is an absent one. */
export function withoutNulls(item: Item): Item {
  if (!hasAbsent(item)) return item
  return Object.fromEntries(Object.entries(item).filter(([, value]) => !isAbsent(value))) as unknown as Item
}

/** Most bytes that the two key attributes add. */
const KEY_ALLOWANCE = 8192

function hasAbsent(item: Item): boolean {
  for (const name in item) if (isAbsent(item[name])) return true
  return false
}

function isAbsent(value: Json | undefined): boolean {
  return value === null || value === undefined
}

function checkNumbers(value: Json): void {
  if (typeof value === 'number') invariant(Number.isFinite(value), 'a stored number is finite')
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(checkNumbers)
}
