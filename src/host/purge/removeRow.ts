import { type ItemKey, relationDataKey, relationSidePartition } from '../../model/keys.js'
import type { Item, PageStart } from '../../ports/itemTable.js'
import { runCascade } from '../../runtime/deletion/cascade.js'
import { removeRelations } from '../../runtime/deletion/removeRelations.js'
import type { Host } from '../host.js'
import type { PurgeTarget } from './target.js'

export interface RemovedRow {
  /** Whether there was anything of it in the table. */
  readonly found: boolean
  /** Relations that went with it. */
  readonly relations: number
  /** Of everything that went: rows, and the sides and data of relations. */
  readonly keys: readonly ItemKey[]
  /** Last sequence of the feed that tells of it. */
  readonly head: number
}

/** Removes a row from the table, and at once what its cascade would remove. Does nothing to one that is gone. */
export async function removeRow(host: Host, target: PurgeTarget): Promise<RemovedRow> {
  const removed = await (target.kind === 'entity' ? removeEntity(host, target) : removeRelation(host, target))
  return { ...removed, head: host.store.feed.head() }
}

async function removeEntity({ context, store }: Host, { table, id, key }: PurgeTarget) {
  const deleted = await store.table.write({ kind: 'delete', key })
  // Every relation of it: there is no incarnation left that could have one of its own.
  const sides: Item[] = []
  let start: PageStart | undefined
  do {
    const partition = relationSidePartition(table, id)
    const page = await store.table.query({ partition, limit: PAGE, ...(start && { start }) })
    sides.push(...page.items)
    start = page.next
  } while (start)
  for (const incarnation of new Set(sides.map((side) => String(side.entityIncarnation)))) {
    await runCascade(context, { entityType: table, entityId: id, incarnation })
  }
  const found = deleted.ok && deleted.before !== undefined
  const relations = sides.map((side) => relationDataKey(String(side.relationId)))
  return { found, relations: relations.length, keys: [key, ...relations] }
}

async function removeRelation({ context, store }: Host, { id, key }: PurgeTarget) {
  const [data] = await store.table.getMany([key])
  if (data) await removeRelations(context, [{ data }])
  // Sides without data: what a version of long ago, or a repaired store, has left.
  const sides = await store.table.queryIndex({ partition: `joinRelation#${id}`, limit: PAGE })
  for (const { PK, SK } of sides.items) await store.table.write({ kind: 'delete', key: { PK, SK } })
  return { found: data !== undefined, relations: 0, keys: [key] }
}

const PAGE = 500
