import { AppError } from '../../errors/appError.js'
import { isValidId } from '../../model/ids.js'
import type { Json, JsonObject } from '../../model/json.js'
import { LIST_SHARDS } from '../../model/keys.js'
import { lakeTime } from '../../model/lakePath.js'
import type { EntityOperation } from '../../model/types.js'
import type { TableContext } from '../context.js'
import { entityFields } from '../items/entityItem.js'
import { entityOf } from '../lookUp.js'
import { checkLimit } from '../paging/checkLimit.js'
import { pageSize } from '../paging/pageSize.js'
import { decodePageToken, encodePageToken } from '../paging/pageToken.js'
import { type Position, shardMerge } from '../paging/shardMerge.js'
import { tableMerge } from '../paging/tableMerge.js'

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
  const merge = context.table.mergeIndex
    ? tableMerge(context.table.mergeIndex, entity.table, positions, limit)
    : shardMerge(context.table, entity.table, positions, limit)
  const items: JsonObject[] = []
  const size = pageSize(maxPageBytes)
  while (items.length < limit) {
    if (merge.isWaiting()) await merge.load()
    const next = merge.next()
    if (!next) return { items, nextToken: null }
    const fields = entityFields(entity, next.item)
    if (!size.add(fields) && items.length > 0) return { items, nextToken: encodePageToken(scope, positions) }
    items.push(fields)
    positions[next.shard] = String(next.item['GSI1-SK'])
  }
  return { items, nextToken: (await merge.hasMore()) ? encodePageToken(scope, positions) : null }
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
