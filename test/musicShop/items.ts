import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { StoreTable } from '../../src/adapters/embedded/store/store.js'
import { relationSideKey, sha256Hex } from '../../src/model/keys.js'
import type { Item } from '../../src/ports/itemTable.js'
import { ROW_COUNTS } from './source.js'

/** What a data folder holds, read from its table while the backend runs. */
export interface StoredItems {
  readonly entities: readonly Item[]
  /** Data items of `playlist_track`. */
  readonly relations: readonly Item[]
  readonly sides: readonly Item[]
}

/** Reads all entities and relations of a folder through a second handle on its store. */
export async function readItems(folder: string): Promise<StoredItems> {
  const store = await openStore(folder, { clock: { now: () => Date.now() } })
  try {
    const entities = Object.keys(ROW_COUNTS).flatMap((table) => readAll(store.table, `${table}#`))
    return {
      entities,
      relations: readAll(store.table, 'joinTableData#'),
      sides: readAll(store.table, 'joinRelation#'),
    }
  } finally {
    await store.close()
  }
}

export function countItems({ entities, relations, sides }: StoredItems) {
  return { entities: entities.length, relations: relations.length, sides: sides.length }
}

/** Ids of the tracks that are on a playlist, after the table, sorted. */
export function tracksInTable({ relations }: StoredItems, playlistId: string): string[] {
  return relations
    .filter((one) => one.playlistId === playlistId)
    .map((one) => String(one.trackId))
    .sort()
}

/**
 * Everything that is wrong with the relations of a folder, as sentences: a relation without one of its sides, a side
 * without its relation, and either on an entity that is not there, or is another one under the same id.
 */
export function faultsOf({ entities, relations, sides }: StoredItems): string[] {
  const incarnations = new Map(entities.map((one) => [one.PK, one._incarnation]))
  const data = new Set(relations.map((one) => String(one.relationId)))
  const sideKeys = new Set(sides.map((one) => `${one.PK} ${one.SK}`))
  const faults: string[] = []
  for (const { relationId, playlistId, trackId } of relations) {
    if (relationId !== expectedId(String(playlistId), String(trackId)))
      faults.push(`${relationId} has another pair's id.`)
    for (const [type, id] of [
      ['playlist', playlistId],
      ['track', trackId],
    ] as const) {
      const side = relationSideKey(type, String(id), String(relationId))
      if (!sideKeys.has(`${side.PK} ${side.SK}`)) faults.push(`${relationId} has no side on ${type} ${id}.`)
    }
  }
  for (const side of sides) {
    const entity = `${side.relatedEntityType}#${side.relatedEntityId}`
    if (!data.has(String(side.relationId))) faults.push(`The side ${side.SK} of ${entity} has no relation.`)
    const incarnation = incarnations.get(entity)
    if (incarnation === undefined) faults.push(`The side ${side.SK} hangs on ${entity}, which is not there.`)
    else if (incarnation !== side.entityIncarnation)
      faults.push(`The side ${side.SK} hangs on an earlier ${entity}.`)
  }
  return faults
}

function expectedId(playlistId: string, trackId: string): string {
  return sha256Hex(`playlist_track|playlist:${playlistId}|track:${trackId}`).slice(0, 32)
}

function readAll(table: StoreTable, prefix: string): Item[] {
  const items: Item[] = []
  for (;;) {
    const last = items.at(-1)
    const page = table.readPage({ prefix, limit: 1000, ...(last && { after: { PK: last.PK, SK: last.SK } }) })
    if (page.length === 0) return items
    items.push(...page)
  }
}
