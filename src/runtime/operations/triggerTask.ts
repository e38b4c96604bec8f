import { invariant } from '../../errors/appError.js'
import type { Json, JsonObject } from '../../model/json.js'
import type { StatementOperation } from '../../model/types.js'
import type { TriggerContext } from '../context.js'
import { statementOf } from '../lookUp.js'
import { boundSql } from '../statements/boundSql.js'
import { newTaskItem } from '../tasks/taskItem.js'
import { systemTime } from '../times.js'

/**
 * Starts a statement and answers its task's id, which is the engine's execution id. The task is durable when this
 * answers. One engine call, one store call.
 */
export async function triggerTask(
  context: TriggerContext,
  operation: StatementOperation,
  args: JsonObject,
): Promise<Json> {
  const statement = statementOf(context.project, operation.statement, 'select', 'delete')
  const sql = await boundSql(context, statement, args)
  const { executionId } = await context.sql.start({ sql, token: context.random.uuid() })
  const now = context.clock.now()
  const item = newTaskItem(
    {
      id: executionId,
      operation: statement.name,
      taskType: statement.kind === 'delete' ? 'deletionTask' : 'queryTask',
    },
    systemTime(now),
    Math.ceil(now / 1000) + context.limits.taskLifeSeconds,
  )
  const stored = await context.table.write({ kind: 'put', item, condition: { kind: 'notExists' } })
  invariant(stored.ok, 'a fresh token starts a fresh execution')
  return { taskId: executionId }
}
