import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { sha256FirstByte } from './sha256FirstByte.js'

/** Primary key of an item: partition key and sort key. */
export interface ItemKey {
  readonly PK: string
  readonly SK: string
}

/** Number of `list` partitions of an entity in GSI1. Part of the stored format: never change it. */
export const LIST_SHARDS = 4

/** Key of an entity's item. `table` is its lake name. */
export function entityKey(table: string, id: string): ItemKey {
  const key = `${table}#${id}`
  return { PK: key, SK: key }
}

/** GSI1 attributes of an entity's item; they serve `list`, oldest first. */
export function entityIndexKey(table: string, id: string, createdAt: string) {
  return { 'GSI1-PK': listPartition(table, listShard(id)), 'GSI1-SK': `${createdAt}#${id}` }
}

/** GSI1 partition of one shard of an entity. */
export function listPartition(table: string, shard: number): string {
  return `entity#${table}#${shard}`
}

/** First byte of SHA-256(id) modulo `LIST_SHARDS`. */
export function listShard(id: string): number {
  return sha256FirstByte(id) % LIST_SHARDS
}

/** Key of the side of a relation that hangs on one entity. */
export function relationSideKey(entity: string, id: string, relationId: string): ItemKey {
  return { PK: relationSidePartition(entity, id), SK: `joinRelation#${relationId}` }
}

/** Partition of all relation sides of one entity. */
export function relationSidePartition(entity: string, id: string): string {
  return `joinRelation#${entity}#${id}`
}

/** GSI1 attributes of a relation side. */
export function relationSideIndexKey(entity: string, id: string, relationId: string) {
  return { 'GSI1-PK': `joinRelation#${relationId}`, 'GSI1-SK': `joinRelation#${entity}#${id}` }
}

/** Key of the item that holds a relation's columns. */
export function relationDataKey(relationId: string): ItemKey {
  const key = `joinTableData#${relationId}`
  return { PK: key, SK: key }
}

export function taskKey(taskId: string): ItemKey {
  const key = `task#${taskId}`
  return { PK: key, SK: key }
}

/** GSI1 partition of the tasks that still run: the sweep finds them there, the oldest first. */
export const RUNNING_TASKS = 'task#running'

/** GSI1 attributes of a task. They are taken off when it ends. */
export function runningTaskKey(taskId: string, startDate: string) {
  return { 'GSI1-PK': RUNNING_TASKS, 'GSI1-SK': `${startDate}#${taskId}` }
}

export function deadLetterKey(sequence: string): ItemKey {
  const key = `deadLetter#${sequence}`
  return { PK: key, SK: key }
}

/** Key of the item with the stored format's number and the model's hash. */
export const META_KEY: ItemKey = { PK: 'meta#project', SK: 'meta#project' }

/** First parts of keys that are the system's: no entity may have one of these lake names. */
export const SYSTEM_PREFIXES = [
  'joinrelation',
  'jointabledata',
  'task',
  'deadletter',
  'meta',
  'lakemanifest',
  'entity',
] as const

/** One entity that takes part in a relation. */
export interface RelationPart {
  readonly column: string
  /** Lake name of the entity. */
  readonly entity: string
  readonly id: string
}

/**
 * Identity of a relation: the first 32 hex characters of SHA-256 of `table|type:id|type:id…`, parts sorted.
 * Where one type fills several columns its parts are `type.column:id`, so that direction counts.
 */
export function relationId(table: string, parts: readonly RelationPart[]): string {
  const uses = new Map<string, number>()
  for (const { entity } of parts) uses.set(entity, (uses.get(entity) ?? 0) + 1)
  const texts = parts.map(({ column, entity, id }) => {
    const type = (uses.get(entity) as number) > 1 ? `${entity}.${column}` : entity
    return `${type}:${escapeId(id)}`
  })
  return sha256Hex([table, ...texts.sort()].join('|')).slice(0, 32)
}

/** Lower-case hex of the SHA-256 of a text's UTF-8 bytes. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}

function escapeId(id: string): string {
  if (!/[%|:#]/.test(id)) return id
  return id.replaceAll('%', '%25').replaceAll('|', '%7C').replaceAll(':', '%3A').replaceAll('#', '%23')
}
