import { invariant } from '../../errors/appError.js'
import type { Json, JsonObject } from '../../model/json.js'
import {
  type ItemKey,
  type RelationPart,
  relationDataKey,
  relationSideIndexKey,
  relationSideKey,
} from '../../model/keys.js'
import { lakePath, lakeTime } from '../../model/lakePath.js'
import type { JoinTable } from '../../model/types.js'
import type { Item } from '../../ports/itemTable.js'

/** A part of a relation with the incarnation of the entity that it was made with. */
export interface IncarnatedPart extends RelationPart {
  readonly incarnation: string
}

export interface RelationStamp {
  readonly relationId: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly rev: number
  readonly incarnation: string
}

export interface RelationItems {
  readonly data: Item
  /** One for each distinct entity: a relation of an entity with itself has one side. */
  readonly sides: readonly Item[]
}

/** The items of one relation. `plain` holds the join table's further columns; nulls are left out. */
export function relationItems(
  table: JoinTable,
  parts: readonly IncarnatedPart[],
  plain: JsonObject,
  stamp: RelationStamp,
): RelationItems {
  const s3Key = relationHandle(table.table, stamp)
  const columns: Record<string, Json> = {}
  for (const part of parts) columns[part.column] = part.id
  for (const [name, value] of Object.entries(plain)) if (value !== null) columns[name] = value
  const distinct = distinctParts(parts)
  const data: Item = {
    ...relationDataKey(stamp.relationId),
    entityType: table.table,
    joinTableName: table.table,
    relationId: stamp.relationId,
    ...columns,
    s3Key,
    relatedEntities: distinct.map(({ entity, id }) => ({ entity, id })),
    createdAt: stamp.createdAt,
    updatedAt: stamp.updatedAt,
    _rev: stamp.rev,
    _incarnation: stamp.incarnation,
  }
  const sides = distinct.map(
    ({ entity, id, incarnation }): Item => ({
      ...relationSideKey(entity, id, stamp.relationId),
      ...relationSideIndexKey(entity, id, stamp.relationId),
      entityType: 'joinRelation',
      relationId: stamp.relationId,
      joinTableName: table.table,
      relatedEntityType: entity,
      relatedEntityId: id,
      entityIncarnation: incarnation,
      s3Key,
      createdAt: stamp.createdAt,
      updatedAt: stamp.updatedAt,
    }),
  )
  return { data, sides }
}

/**
 * Opaque handle of one stored relation: where the lake keeps the row, and behind `#` which incarnation of it.
 * A deletion removes only what its query saw, never the relation that took its place meanwhile.
 */
function relationHandle(table: string, stamp: RelationStamp): string {
  const time = lakeTime(stamp.createdAt)
  invariant(time !== undefined, 'a relation has a time')
  return `${lakePath(table, stamp.relationId, time)}#${stamp.incarnation}`
}

/** The incarnation in a handle of `relationHandle`. */
export function incarnationOfHandle(s3Key: string): string {
  return s3Key.slice(s3Key.lastIndexOf('#') + 1)
}

/** Keys of the sides of a stored relation. They rest on the item alone: the join table may have left the schema. */
export function sideKeysOf(data: Item): ItemKey[] {
  const related = data.relatedEntities
  invariant(Array.isArray(related), 'relation data names its entities')
  return (related as readonly { entity: string; id: string }[]).map(({ entity, id }) =>
    relationSideKey(entity, id, data.relationId as string),
  )
}

export function distinctParts<P extends RelationPart>(parts: readonly P[]): P[] {
  return [...new Map(parts.map((part) => [`${part.entity}#${part.id}`, part])).values()]
}
