import type { Json } from '../../src/model/json.js'
import { entityIndexKey, entityKey, relationDataKey, relationSideKey, taskKey } from '../../src/model/keys.js'
import type { Item } from '../../src/ports/itemTable.js'

const TIME = '2024-01-01T00:00:00.000Z'

export function userItem(id: string, attributes: Readonly<Record<string, Json>> = {}): Item {
  return {
    ...entityKey('user', id),
    ...entityIndexKey('user', id, TIME),
    id,
    entityType: 'user',
    createdAt: TIME,
    updatedAt: TIME,
    _rev: 1,
    _incarnation: `i-${id}`,
    ...attributes,
  }
}

export function relationDataItem(relationId: string): Item {
  return {
    ...relationDataKey(relationId),
    relationId,
    entityType: 'likes',
    createdAt: TIME,
    updatedAt: TIME,
    _rev: 1,
    _incarnation: `i-${relationId}`,
  }
}

export function relationSideItem(id: string, relationId: string): Item {
  return {
    ...relationSideKey('user', id, relationId),
    entityType: 'joinRelation',
    createdAt: TIME,
    updatedAt: TIME,
  }
}

export function taskItem(id: string, expiresAt: number): Item {
  return { ...taskKey(id), id, entityType: 'task', createdAt: TIME, updatedAt: TIME, expiresAt }
}
