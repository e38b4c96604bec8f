import { AppError } from '../../../errors/appError.js'
import { type Json, type JsonObject, jsonBytes } from '../../../model/json.js'
import type { StatementOperation } from '../../../model/types.js'
import type { SyncContext } from '../../../runtime/context.js'
import { syncQuery } from '../../../runtime/operations/syncQuery.js'
import { openRelations } from './openRelations.js'
import { openSql } from './openSql.js'
import { operationHandler } from './operationHandler.js'

/**
 * Most bytes of an answer. Source: quotas of AWS AppSync, 5 MB for what a resolver evaluates; Lambda itself answers at
 * most 6 MB. Pages are smaller by themselves.
 */
const MAX_ANSWER_BYTES = 5_000_000

async function smallAnswer(
  context: SyncContext,
  operation: StatementOperation,
  args: JsonObject,
): Promise<Json> {
  const answer = await syncQuery(context, operation, args)
  if (jsonBytes(answer) <= MAX_ANSWER_BYTES) return answer
  throw new AppError(
    'TaskFailed',
    `The statement gave more than ${MAX_ANSWER_BYTES / 1_000_000} MB. Declare ${operation.statement} without mode: SYNC to run it as a task.`,
  )
}

export const handler = operationHandler('syncQuery', smallAnswer, (environment) => {
  return { ...environment.context, sql: openSql(environment), ...openRelations(environment) }
})
