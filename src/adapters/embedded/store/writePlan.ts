import { invariant } from '../../../errors/appError.js'
import type { Json } from '../../../model/json.js'
import type { ItemKey } from '../../../model/keys.js'
import type { ChangeImage } from '../../../ports/changes.js'
import type { Condition, Item, UpdateWrite, Write } from '../../../ports/itemTable.js'
import type { Transaction } from './committer.js'
import type { Environment } from './environment.js'
import { encodeIndexKey, encodeItemKey } from './itemKeys.js'
import { decodeItem } from './itemText.js'
import { type PreparedItem, prepareItem } from './preparedItem.js'

/** A write with all that can be worked out before its transaction. */
export interface PreparedWrite {
  readonly write: Write
  readonly key: ItemKey
  readonly storedKey: Buffer
  /** What a put puts. */
  readonly put?: PreparedItem
}

/** What a write will do, worked out without doing anything yet. */
export interface WritePlan extends PreparedWrite {
  /** The item as it was. */
  readonly before?: Item
  /** The item to store. Without one, an item that is there is removed, unless the write only checks. */
  readonly after?: PreparedItem
}

export type Refusal = 'conditionFailed' | 'itemTooLarge'

/** Throws for keys that can't be stored. */
export function prepareWrite(write: Write): PreparedWrite {
  if (write.kind === 'put') {
    const put = prepareItem(write.item)
    return { write, key: keyOf(write.item), storedKey: put.storedKey, put }
  }
  return { write, key: keyOf(write.key), storedKey: encodeItemKey(write.key) }
}

/** Reads what a write needs in the current write transaction and decides whether it can be done. */
export function planWrite(environment: Environment, prepared: PreparedWrite): WritePlan | Refusal {
  const { write, key, storedKey } = prepared
  // DynamoDB looks at what is put before it looks at the condition.
  if (prepared.put && prepared.put.text === undefined) return 'itemTooLarge'
  const stored = environment.items.get(storedKey)
  const before = stored === undefined ? undefined : decodeItem(key, stored)
  if (!holds(write.condition, before)) return 'conditionFailed'
  if (write.kind === 'update' && !before) return 'conditionFailed'
  const after = write.kind === 'update' && before ? prepareItem(updated(before, write)) : prepared.put
  if (after && after.text === undefined) return 'itemTooLarge'
  return { ...prepared, ...(before && { before }), ...(after && { after }) }
}

/** Does a plan in the current write transaction. All that could be refused has been. */
export function applyPlan(environment: Environment, transaction: Transaction, plan: WritePlan): void {
  const { write, key, storedKey, before, after } = plan
  if (write.kind === 'check' || !(before || after)) return
  const oldEntry = before && encodeIndexKey(before)
  const newEntry = after?.entry
  if (oldEntry && !(newEntry && oldEntry.equals(newEntry))) environment.index.remove(oldEntry)
  if (newEntry && !(oldEntry && newEntry.equals(oldEntry))) environment.index.put(newEntry, '')
  if (after) environment.items.put(storedKey, after.text as string)
  else environment.items.remove(storedKey)
  if (isRecorded(key)) {
    transaction.record({
      key,
      ...(before && { old: changeImage(before) }),
      ...(after && { new: changeImage(after.item) }),
    })
  }
}

/** Tasks, relation sides, dead letters and meta items never start a projection. */
export function isRecorded({ PK }: ItemKey): boolean {
  return !UNRECORDED.some((prefix) => PK.startsWith(prefix))
}

export function changeImage(item: Item): ChangeImage {
  const { entityType, createdAt, _incarnation, _rev } = item
  return {
    entityType: typeof entityType === 'string' ? entityType : '',
    createdAt: typeof createdAt === 'string' ? createdAt : '',
    incarnation: typeof _incarnation === 'string' ? _incarnation : '',
    rev: typeof _rev === 'number' ? _rev : 0,
  }
}

const UNRECORDED = ['joinRelation#', 'task#', 'deadLetter#', 'meta#'] as const

function keyOf({ PK, SK }: ItemKey): ItemKey {
  return { PK, SK }
}

function updated(before: Item, { set = {}, remove = [], add = {} }: UpdateWrite): Item {
  const item: Record<string, Json> = { ...before }
  for (const name of [...Object.keys(set), ...remove, ...Object.keys(add)]) {
    invariant(name !== 'PK' && name !== 'SK', 'an update never changes the key of an item')
  }
  for (const [name, value] of Object.entries(set)) item[name] = value
  for (const name of remove) delete item[name]
  for (const [name, value] of Object.entries(add)) {
    const present = item[name] ?? 0
    invariant(typeof present === 'number', `the attribute ${name} that an update adds to is a number`)
    item[name] = present + value
  }
  return item as Item
}

function holds(condition: Condition | undefined, item: Item | undefined): boolean {
  switch (condition?.kind) {
    case undefined:
      return true
    case 'exists':
      return item !== undefined
    case 'notExists':
      return item === undefined
    case 'equals':
      return (
        item !== undefined &&
        Object.entries(condition.attributes).every(([name, value]) => item[name] === value)
      )
  }
}
