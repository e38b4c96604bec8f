import type { Json, JsonObject } from '../../model/json.js'
import { entityKey } from '../../model/keys.js'
import type { EntityOperation } from '../../model/types.js'
import type { TableContext } from '../context.js'
import { checkId } from '../items/checkId.js'
import { entityOf } from '../lookUp.js'

/**
 * Removes an entity; `deleted` is false when there was none. Its relations go by the cascade that its change
 * starts. One store call.
 */
export async function deleteEntity(
  context: TableContext,
  operation: EntityOperation,
  args: JsonObject,
): Promise<Json> {
  const entity = entityOf(context.project, operation.entity)
  const id = checkId(args.id)
  const result = await context.table.write({ kind: 'delete', key: entityKey(entity.table, id) })
  return { id, deleted: result.ok && result.before !== undefined }
}
