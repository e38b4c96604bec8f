import { AppError } from '../../errors/appError.js'
import { isValidId } from '../../model/ids.js'
import type { Json, JsonObject } from '../../model/json.js'
import { entityIndexKey, entityKey, LIST_SHARDS, listPartition } from '../../model/keys.js'
import { lakeTime } from '../../model/lakePath.js'
import type { Entity, EntityOperation } from '../../model/types.js'
import type { Item, ItemTable, PageStart } from '../../ports/itemTable.js'
import type { TableContext } from '../context.js'
import { entityFields } from '../items/entityItem.js'
import { entityOf } from '../lookUp.js'
import { checkLimit } from '../paging/checkLimit.js'
import { pageSize } from '../paging/pageSize.js'
import { decodePageToken, encodePageToken } from '../paging/pageToken.js'

/**
 * A page of an entity's items, oldest first: a merge of the shards that the index spreads them over. Eventually
 * consistent. Tokens hold, for each shard, the sort key of the last item that was given out.
 */
export async function listEntities(
  context: TableContext,
  operation: EntityOperation,
  args: JsonObject,
): Promise<Json> {
  const entity = entityOf(context.project, operation.entity)
  const { maxPageItems, maxPageBytes } = context.limits
  const limit = checkLimit(args.limit, 100, maxPageItems)
  const scope = operation.field
  const positions = args.nextToken ? decodePositions(scope, String(args.nextToken)) : startPositions()
  const chunk = Math.min(limit, Math.ceil(limit / LIST_SHARDS) + 4)
  const shards = positions.map((position, shard) => new Shard(context.table, entity, shard, position, chunk))

  const items: JsonObject[] = []
  const size = pageSize(maxPageBytes)
  for (;;) {
    const waiting = shards.filter((shard) => shard.isWaiting())
    if (waiting.length > 0) await Promise.all(waiting.map((shard) => shard.load()))
    const oldest = oldestOf(shards)
    if (!oldest) return { items, nextToken: null }
    if (items.length >= limit) break
    const fields = entityFields(entity, oldest.head() as Item)
    if (!size.add(fields) && items.length > 0) break
    items.push(fields)
    oldest.take()
  }
  return {
    items,
    nextToken: encodePageToken(
      scope,
      shards.map((shard) => shard.position),
    ),
  }
}

/** Sort key of the last item given out of a shard; empty before the first. */
type Position = string

/** One shard of the index, read in chunks as the merge needs them. */
class Shard {
  position: Position
  readonly #table: ItemTable
  readonly #entity: Entity
  readonly #partition: string
  readonly #chunk: number
  #start: PageStart | undefined
  #exhausted = false
  #buffer: readonly Item[] = []
  #index = 0

  constructor(table: ItemTable, entity: Entity, shard: number, position: Position, chunk: number) {
    this.#table = table
    this.#entity = entity
    this.#partition = listPartition(entity.table, shard)
    this.#chunk = chunk
    this.position = position
    if (position !== '') this.#start = this.#startAfter(position)
  }

  /** True when its next item is still to be read: `load` does that. */
  isWaiting(): boolean {
    return this.#index >= this.#buffer.length && !this.#exhausted
  }

  async load(): Promise<void> {
    while (this.isWaiting()) {
      const start = this.#start
      const page = await this.#table.queryIndex({
        partition: this.#partition,
        limit: this.#chunk,
        ...(start && { start }),
      })
      this.#buffer = page.items
      this.#index = 0
      this.#start = page.next
      this.#exhausted = page.next === undefined
    }
  }

  /** Its next item; undefined at its end. */
  head(): Item | undefined {
    return this.#buffer[this.#index]
  }

  take(): void {
    this.position = String(this.#buffer[this.#index]?.['GSI1-SK'])
    this.#index += 1
  }

  #startAfter(position: Position): PageStart {
    const id = position.slice(position.indexOf('#') + 1)
    const createdAt = position.slice(0, position.indexOf('#'))
    const index = entityIndexKey(this.#entity.table, id, createdAt)
    return { ...entityKey(this.#entity.table, id), ...index, 'GSI1-PK': this.#partition }
  }
}

/** The shard whose next item is the oldest; undefined when all have come to their ends. */
function oldestOf(shards: readonly Shard[]): Shard | undefined {
  let oldest: Shard | undefined
  let sortKey = ''
  for (const shard of shards) {
    const head = shard.head()
    if (!head) continue
    const key = String(head['GSI1-SK'])
    if (oldest && key >= sortKey) continue
    oldest = shard
    sortKey = key
  }
  return oldest
}

function startPositions(): Position[] {
  return Array.from({ length: LIST_SHARDS }, () => '')
}

function decodePositions(scope: string, token: string): Position[] {
  const positions = decodePageToken(scope, token)
  const valid =
    Array.isArray(positions) &&
    positions.length === LIST_SHARDS &&
    positions.every((one) => typeof one === 'string' && (one === '' || isPosition(one)))
  if (!valid) throw new AppError('BadInput', 'The nextToken is not valid: start again without one.')
  return positions as Position[]
}

/** What an item can have as its sort key: no store takes just any text for a key. */
function isPosition(text: string): boolean {
  const end = text.indexOf('#')
  return lakeTime(text.slice(0, Math.max(0, end))) !== undefined && isValidId(text.slice(end + 1))
}
