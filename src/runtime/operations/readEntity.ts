import { AppError } from '../../errors/appError.js'
import type { Json, JsonObject } from '../../model/json.js'
import { entityKey } from '../../model/keys.js'
import type { EntityOperation } from '../../model/types.js'
import type { TableContext } from '../context.js'
import { checkId } from '../items/checkId.js'
import { entityFields } from '../items/entityItem.js'
import { entityOf } from '../lookUp.js'

/** Reads one entity, with every acknowledged write. `NotFound` when there is none. One store call. */
export async function readEntity(
  context: TableContext,
  operation: EntityOperation,
  args: JsonObject,
): Promise<Json> {
  const entity = entityOf(context.project, operation.entity)
  const item = await context.table.get(entityKey(entity.table, checkId(args.id)))
  if (!item) throw new AppError('NotFound', `${entity.name} not found`)
  return entityFields(entity, item)
}
