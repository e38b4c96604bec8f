import { relationDataKey, relationSidePartition } from '../../model/keys.js'
import type { Change } from '../../ports/changes.js'
import type { Item } from '../../ports/itemTable.js'
import type { CascadeMessage } from '../../ports/queue.js'
import { type CascadeContext, isTimeUp } from '../context.js'
import { type Removal, removeRelations } from './removeRelations.js'

/** Most relations that are read at once. */
const PAGE = 99

/** The cascades that a batch of changes starts: one for each entity that was removed. */
export function cascadesOf(changes: readonly Change[]): CascadeMessage[] {
  return changes.flatMap(({ key, old, new: current }) => {
    if (!old || old.incarnation === current?.incarnation || key.PK.startsWith('joinTableData#')) return []
    const entityId = key.PK.slice(old.entityType.length + 1)
    return [{ entityType: old.entityType, entityId, incarnation: old.incarnation }]
  })
}

/**
 * Removes every relation of one incarnation of an entity. Relations of another incarnation, made while the
 * cascade waited, stay. Safe to run again; it ends with no side of the incarnation left, or, when the time that is left
 * runs out, with a message that takes the rest on.
 */
export async function runCascade(context: CascadeContext, message: CascadeMessage): Promise<void> {
  const partition = relationSidePartition(message.entityType, message.entityId)
  let { start } = message
  do {
    const page = await context.table.query({ partition, limit: PAGE, ...(start && { start }) })
    const sides = page.items.filter((side) => side.entityIncarnation === message.incarnation)
    if (sides.length > 0) await removeSides(context, sides, message.incarnation)
    start = page.next
    if (start && isTimeUp(context)) return context.queues.cascade.send({ ...message, start })
  } while (start)
}

async function removeSides(
  context: CascadeContext,
  sides: readonly Item[],
  incarnation: string,
): Promise<void> {
  const data = await context.table.getMany(sides.map((side) => relationDataKey(String(side.relationId))))
  const removals: Removal[] = []
  for (const [index, side] of sides.entries()) {
    const found = data[index]
    if (!found) continue
    removals.push({
      data: found,
      guard: { side: { PK: side.PK, SK: side.SK }, entityIncarnation: incarnation },
    })
  }
  const removed = await removeRelations(context, removals)
  if (removed === sides.length) return
  // Somebody removed or replaced a relation between our reads. Look at each of those alone: a side that still has
  // the incarnation belongs to data that has changed under us, so it is read once more.
  for (const side of sides) await removeSide(context, side, incarnation)
}

async function removeSide(context: CascadeContext, side: Item, incarnation: string): Promise<void> {
  const sideKey = { PK: side.PK, SK: side.SK }
  for (;;) {
    const [current, data] = await context.table.getMany([sideKey, relationDataKey(String(side.relationId))])
    if (current?.entityIncarnation !== incarnation) return
    if (data) {
      await removeRelations(context, [{ data, guard: { side: sideKey, entityIncarnation: incarnation } }])
    } else {
      const condition = { kind: 'equals', attributes: { entityIncarnation: incarnation } } as const
      await context.table.write({ kind: 'delete', key: sideKey, condition })
    }
  }
}
