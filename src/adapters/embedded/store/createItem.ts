import { isDeepStrictEqual } from 'node:util'
import type { Item } from '../../../ports/itemTable.js'
import type { Transaction } from './committer.js'
import type { Environment } from './environment.js'
import { decodeItem } from './itemText.js'
import type { PreparedItem } from './preparedItem.js'
import type { CreateResult } from './store.js'
import { changeImage, isRecorded } from './writePlan.js'

/** Creates an item in the current write transaction, or tells what is there. The short way, for many of them. */
export function createItem(
  environment: Environment,
  transaction: Transaction,
  { item, storedKey, text, entry }: PreparedItem,
  ignored: ReadonlySet<string>,
): CreateResult {
  const key = { PK: item.PK, SK: item.SK }
  if (environment.items.doesExist(storedKey)) {
    const stored = decodeItem(key, environment.items.get(storedKey) as string)
    return isDeepStrictEqual(compared(stored, ignored), compared(item, ignored)) ? 'identical' : 'exists'
  }
  if (text === undefined) return 'itemTooLarge'
  environment.items.put(storedKey, text)
  if (entry) environment.index.put(entry, '')
  if (isRecorded(key)) transaction.record({ key, new: changeImage(item) })
  return 'created'
}

function compared(item: Item, ignored: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !ignored.has(name)))
}
