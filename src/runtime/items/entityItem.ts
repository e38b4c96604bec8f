import type { Json, JsonObject } from '../../model/json.js'
import { entityIndexKey, entityKey } from '../../model/keys.js'
import type { Entity } from '../../model/types.js'
import type { Item } from '../../ports/itemTable.js'

/** Fields that the system sets; an input never holds them, an import may. */
export const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['id', 'createdAt', 'updatedAt'])

export interface EntityStamp {
  readonly id: string
  /** System time, see `systemTime`. */
  readonly createdAt: string
  readonly updatedAt: string
  readonly rev: number
  readonly incarnation: string
}

/** The stored item of an entity. `fields` are valid for the model; nulls are left out. */
export function entityItem(entity: Entity, fields: JsonObject, stamp: EntityStamp): Item {
  const attributes: Record<string, Json> = {}
  for (const field of entity.fields) {
    const value = fields[field.name]
    if (SYSTEM_FIELDS.has(field.name) || value === undefined || value === null) continue
    attributes[field.name] = withoutNulls(value)
  }
  return {
    ...entityKey(entity.table, stamp.id),
    ...entityIndexKey(entity.table, stamp.id, stamp.createdAt),
    entityType: entity.table,
    id: stamp.id,
    ...attributes,
    createdAt: stamp.createdAt,
    updatedAt: stamp.updatedAt,
    _rev: stamp.rev,
    _incarnation: stamp.incarnation,
  }
}

/** What a client sees of an entity's item: the fields of the model, absent ones as null. */
export function entityFields(entity: Entity, item: Item): JsonObject {
  const fields: Record<string, Json> = {}
  for (const { name } of entity.fields) fields[name] = item[name] ?? null
  return fields
}

/** A null is an absent attribute, inside value types too; only a list keeps its nulls, since their places count. */
export function withoutNulls(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutNulls)
  const kept: Record<string, Json> = {}
  for (const [key, part] of Object.entries(value as JsonObject)) {
    if (part !== null) kept[key] = withoutNulls(part)
  }
  return kept
}
