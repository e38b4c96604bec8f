import { isDeepStrictEqual } from 'node:util'
import type { Item } from '../../../ports/itemTable.js'
import type { Transaction } from './committer.js'
import type { Environment } from './environment.js'
import { encodeIndexKey, encodeItemKey } from './itemKeys.js'
import { decodeItem, encodeItem, withoutNulls } from './itemText.js'
import type { CreateResult } from './store.js'
import { changeImage, isRecorded } from './writePlan.js'

/** Creates an item in the current write transaction, or tells what is there. The short way, for many of them. */
export function createItem(
  environment: Environment,
  transaction: Transaction,
  item: Item,
  ignored: ReadonlySet<string>,
): CreateResult {
  const { PK, SK } = item
  const storedKey = encodeItemKey(item)
  if (environment.items.doesExist(storedKey)) {
    const stored = decodeItem({ PK, SK }, environment.items.get(storedKey) as string)
    return isDeepStrictEqual(compared(stored, ignored), compared(item, ignored)) ? 'identical' : 'exists'
  }
  const text = encodeItem(item)
  if (text === undefined) return 'itemTooLarge'
  const entry = encodeIndexKey(item)
  environment.items.put(storedKey, text)
  if (entry) environment.index.put(entry, '')
  if (isRecorded(item)) transaction.record({ key: { PK, SK }, new: changeImage(item) })
  return 'created'
}

function compared(item: Item, ignored: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(withoutNulls(item)).filter(([name]) => !ignored.has(name)))
}
