import type { Json, JsonObject } from '../model/json.js'
import type { EntityOperation, Operation, OperationKind, StatementOperation } from '../model/types.js'
import { clientError } from './clientError.js'
import type { RuntimeContext } from './context.js'
import { createEntity } from './operations/createEntity.js'
import { deleteEntity } from './operations/deleteEntity.js'
import { insertRelation } from './operations/insertRelation.js'
import { listEntities } from './operations/listEntities.js'
import { readEntity } from './operations/readEntity.js'
import { syncQuery } from './operations/syncQuery.js'
import { taskResult } from './operations/taskResult.js'
import { triggerTask } from './operations/triggerTask.js'
import { updateEntity } from './operations/updateEntity.js'

/** What a host calls to run one field of the API. Arguments are coerced by GraphQL and hold their defaults. */
export interface Runtime {
  /** Throws `AppError` for every failure that a client may know of; anything else is a bug or an outage. */
  execute(operation: Operation, args: JsonObject): Promise<Json>
}

type Handler<O extends Operation> = (context: RuntimeContext, operation: O, args: JsonObject) => Promise<Json>

/** The one table of handlers. A new kind of operation does not compile until it has its line here. */
export const HANDLERS = {
  create: createEntity,
  read: readEntity,
  update: updateEntity,
  delete: deleteEntity,
  list: listEntities,
  insertRelation,
  syncQuery,
  triggerTask,
  taskResult,
} satisfies {
  readonly [K in OperationKind]: Handler<
    K extends EntityOperation['kind'] ? EntityOperation : StatementOperation
  >
}

export function createRuntime(context: RuntimeContext): Runtime {
  return {
    async execute(operation, args) {
      const handle = HANDLERS[operation.kind] as Handler<Operation>
      try {
        return await handle(context, operation, args)
      } catch (error) {
        throw clientError(error)
      }
    },
  }
}
