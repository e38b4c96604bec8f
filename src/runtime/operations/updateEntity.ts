import { AppError, invariant } from '../../errors/appError.js'
import { type Json, type JsonObject, ownValue } from '../../model/json.js'
import { entityKey } from '../../model/keys.js'
import type { EntityOperation } from '../../model/types.js'
import type { TableContext } from '../context.js'
import { checkId } from '../items/checkId.js'
import { entityFields, SYSTEM_FIELDS, withoutNulls } from '../items/entityItem.js'
import { entityOf } from '../lookUp.js'
import { systemTime } from '../times.js'

/**
 * Changes the fields that are given and answers the whole entity. An explicit null clears a nullable field and is
 * `BadInput` for a required one; `NotFound` creates nothing. One store call.
 */
export async function updateEntity(
  context: TableContext,
  operation: EntityOperation,
  args: JsonObject,
): Promise<Json> {
  const entity = entityOf(context.project, operation.entity)
  const input = args.input as JsonObject
  const set: Record<string, Json> = { updatedAt: systemTime(context.clock.now()) }
  const remove: string[] = []
  for (const field of entity.fields) {
    const value = ownValue(input, field.name)
    if (value === undefined || SYSTEM_FIELDS.has(field.name)) continue
    if (value !== null) set[field.name] = withoutNulls(value)
    else if (!field.type.nonNull) remove.push(field.name)
    else
      throw new AppError(
        'BadInput',
        `The field ${field.name} of ${entity.name} is required and can't be null.`,
      )
  }
  const key = entityKey(entity.table, checkId(args.id))
  const result = await context.table.write({
    kind: 'update',
    key,
    set,
    remove,
    add: { _rev: 1 },
    condition: { kind: 'exists' },
  })
  if (!result.ok) throw new AppError('NotFound', `${entity.name} not found`)
  invariant(result.after, 'an update gives the item after it')
  return entityFields(entity, result.after)
}
