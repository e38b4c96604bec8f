import { invariant } from '../../../errors/appError.js'
import type { Json } from '../../../model/json.js'
import type { ItemKey } from '../../../model/keys.js'
import type { ChangeImage } from '../../../ports/changes.js'
import type { Condition, Item, UpdateWrite, Write } from '../../../ports/itemTable.js'
import type { Transaction } from './committer.js'
import type { Environment } from './environment.js'
import { encodeIndexKey, encodeItemKey } from './itemKeys.js'
import { decodeItem, encodeItem, withoutNulls } from './itemText.js'

/** What a write will do, worked out without doing anything yet. */
export interface WritePlan {
  readonly key: ItemKey
  readonly storedKey: Buffer
  /** The item as it was. */
  readonly before?: Item
  /** The item as it will be. Same as `before` for a write that only checks. */
  readonly after?: Item
  readonly effect: 'put' | 'delete' | 'none'
  /** `after` as stored. */
  readonly text: string
}

export type Refusal = 'conditionFailed' | 'itemTooLarge'

/** Reads what a write needs in the current write transaction and decides whether it can be done. */
export function planWrite(environment: Environment, write: Write): WritePlan | Refusal {
  const key = write.kind === 'put' ? write.item : write.key
  const storedKey = encodeItemKey(key)
  const stored = environment.items.get(storedKey)
  const before = stored === undefined ? undefined : decodeItem(key, stored)
  if (!holds(write.condition, before)) return 'conditionFailed'
  const found = { key: { PK: key.PK, SK: key.SK }, storedKey, ...(before && { before }) }
  switch (write.kind) {
    case 'check':
      return { ...found, effect: 'none', text: '' }
    case 'delete':
      return { ...found, effect: before ? 'delete' : 'none', text: '' }
    case 'put':
      return planPut(found, write.item)
    case 'update':
      return before ? planPut(found, updated(before, write)) : 'conditionFailed'
  }
}

/** Does a plan in the current write transaction. All that could be refused has been. */
export function applyPlan(environment: Environment, transaction: Transaction, plan: WritePlan): void {
  const { key, storedKey, before, after, effect } = plan
  if (effect === 'none') return
  const oldEntry = before && encodeIndexKey(before)
  const newEntry = after && encodeIndexKey(after)
  if (oldEntry && !(newEntry && oldEntry.equals(newEntry))) environment.index.remove(oldEntry)
  if (newEntry && !(oldEntry && newEntry.equals(oldEntry))) environment.index.put(newEntry, '')
  if (effect === 'put') environment.items.put(storedKey, plan.text)
  else environment.items.remove(storedKey)
  if (isRecorded(key)) {
    transaction.record({
      key,
      ...(before && { old: changeImage(before) }),
      ...(after && { new: changeImage(after) }),
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

function planPut(
  found: Pick<WritePlan, 'key' | 'storedKey' | 'before'>,
  given: Item,
): WritePlan | 'itemTooLarge' {
  const after = withoutNulls(given)
  const text = encodeItem(after)
  if (text === undefined) return 'itemTooLarge'
  // Nothing can be refused once plans are being done: the index must take the item too.
  encodeIndexKey(after)
  return { ...found, after, effect: 'put', text }
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
