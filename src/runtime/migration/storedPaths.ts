import type { Json, JsonObject } from '../../model/json.js'
import type { Item } from '../../ports/itemTable.js'
import type { TableShape, TypeShape } from './tableShapes.js'

/**
 * Names of attributes that the system stores itself, on an entity or on a relation. No row of any model is without
 * them: a column that gets one of these names never counts as new.
 */
const SYSTEM_ATTRIBUTES = [
  'PK',
  'SK',
  'GSI1-PK',
  'GSI1-SK',
  'entityType',
  'id',
  'createdAt',
  'updatedAt',
  '_rev',
  '_incarnation',
  'joinTableName',
  'relationId',
  's3Key',
  'relatedEntities',
] as const

export function isSystemAttribute(name: string): boolean {
  return (SYSTEM_ATTRIBUTES as readonly string[]).includes(name)
}

/** Every place at which rows of this shape can hold a value: `name`, and of value types `home.street`. Lists add nothing. */
export function pathsOfShape({ columns }: TableShape): Set<string> {
  const paths = new Set<string>()
  for (const [name, type] of columns) {
    paths.add(name)
    if (typeof type !== 'string') addTypePaths(paths, name, type)
  }
  return paths
}

function addTypePaths(paths: Set<string>, place: string, type: TypeShape): void {
  if (type[0] === 'list') addTypePaths(paths, place, type[2])
  if (type[0] !== 'value') return
  for (const [name, inner] of type[2]) {
    paths.add(`${place}.${name}`)
    addTypePaths(paths, `${place}.${name}`, inner)
  }
}

/** Adds every place at which an item holds a value. */
export function addItemPaths(paths: Set<string>, item: Item): void {
  for (const name of Object.keys(item)) {
    paths.add(name)
    const value = item[name] as Json
    if (typeof value === 'object' && value !== null) addValuePaths(paths, name, value)
  }
}

function addValuePaths(paths: Set<string>, place: string, value: JsonObject | readonly Json[]): void {
  if (Array.isArray(value)) {
    for (const one of value as readonly Json[]) {
      if (typeof one === 'object' && one !== null) addValuePaths(paths, place, one)
    }
    return
  }
  for (const [name, part] of Object.entries(value as JsonObject)) {
    paths.add(`${place}.${name}`)
    if (typeof part === 'object' && part !== null) addValuePaths(paths, `${place}.${name}`, part)
  }
}
