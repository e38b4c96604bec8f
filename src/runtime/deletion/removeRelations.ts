import type { ItemKey } from '../../model/keys.js'
import { type Condition, type Item, MAX_TRANSACTION_WRITES, type Write } from '../../ports/itemTable.js'
import type { RuntimeContext } from '../context.js'
import { sideKeysOf } from '../items/relationItems.js'

type TransactContext = Pick<RuntimeContext, 'table'>

/** One relation to remove, as it was read. */
export interface Removal {
  readonly data: Item
  /** A side that must still belong to this incarnation of its entity. */
  readonly guard?: { readonly side: ItemKey; readonly entityIncarnation: string }
}

/** A number in an item that grows by the relations removed, in the same transactions, so that no retry counts twice. */
export interface RemovalCounter {
  readonly key: ItemKey
  readonly attribute: string
}

/**
 * Removes relations, each with its data and all its sides in one transaction, several to a transaction. One that
 * has changed or gone since it was read stays as it is. Returns how many were removed.
 */
export async function removeRelations(
  context: TransactContext,
  removals: readonly Removal[],
  counter?: RemovalCounter,
): Promise<number> {
  let removed = 0
  for (const group of groupsOf(removals, counter)) removed += await removeGroup(context, group, counter)
  return removed
}

interface PlannedRemoval {
  readonly writes: readonly Write[]
}

function groupsOf(removals: readonly Removal[], counter: RemovalCounter | undefined): PlannedRemoval[][] {
  const room = MAX_TRANSACTION_WRITES - (counter ? 1 : 0)
  const groups: PlannedRemoval[][] = []
  let used = Number.POSITIVE_INFINITY
  for (const removal of removals) {
    const writes = writesOf(removal)
    if (used + writes.length > room) {
      groups.push([])
      used = 0
    }
    groups.at(-1)?.push({ writes })
    used += writes.length
  }
  return groups
}

function writesOf({ data, guard }: Removal): Write[] {
  const incarnation: Condition = { kind: 'equals', attributes: { _incarnation: String(data._incarnation) } }
  const sides = sideKeysOf(data).map((key): Write => {
    if (guard?.side.PK !== key.PK || guard.side.SK !== key.SK) return { kind: 'delete', key }
    const attributes = { entityIncarnation: guard.entityIncarnation }
    return { kind: 'delete', key, condition: { kind: 'equals', attributes } }
  })
  return [{ kind: 'delete', key: { PK: data.PK, SK: data.SK }, condition: incarnation }, ...sides]
}

async function removeGroup(
  context: TransactContext,
  group: readonly PlannedRemoval[],
  counter: RemovalCounter | undefined,
): Promise<number> {
  let rest = group
  while (rest.length > 0) {
    const writes = rest.flatMap((removal) => removal.writes)
    if (counter) writes.push({ kind: 'update', key: counter.key, add: { [counter.attribute]: rest.length } })
    const result = await context.table.transact(writes)
    if (result.ok) return rest.length
    const failed = new Set(result.failed)
    const kept: PlannedRemoval[] = []
    let index = 0
    for (const removal of rest) {
      const end = index + removal.writes.length
      let holds = true
      for (; index < end; index += 1) if (failed.has(index)) holds = false
      if (holds) kept.push(removal)
    }
    // Only the counter's item is missing: its task has expired, and nobody waits for the number any more.
    if (kept.length === rest.length) return removeGroup(context, rest, undefined)
    rest = kept
  }
  return 0
}
