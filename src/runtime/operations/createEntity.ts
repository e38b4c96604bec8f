import { AppError } from '../../errors/appError.js'
import type { Json, JsonObject } from '../../model/json.js'
import type { EntityOperation } from '../../model/types.js'
import type { TableContext } from '../context.js'
import { checkId } from '../items/checkId.js'
import { entityFields, entityItem } from '../items/entityItem.js'
import { entityOf } from '../lookUp.js'
import { systemTime } from '../times.js'

/** Stores a new entity. `Conflict` when the id is taken. One store call. */
export async function createEntity(
  context: TableContext,
  operation: EntityOperation,
  args: JsonObject,
): Promise<Json> {
  const entity = entityOf(context.project, operation.entity)
  const input = args.input as JsonObject
  const given = input.id ?? null
  const id = given === null ? context.random.uuid() : checkId(given)
  const now = systemTime(context.clock.now())
  const item = entityItem(entity, input, {
    id,
    createdAt: now,
    updatedAt: now,
    rev: 1,
    incarnation: context.random.uuid(),
  })
  const result = await context.table.write({ kind: 'put', item, condition: { kind: 'notExists' } })
  if (!result.ok) throw new AppError('Conflict', `${entity.name} with this id exists already.`)
  return entityFields(entity, item)
}
