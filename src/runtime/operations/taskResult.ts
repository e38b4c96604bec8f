import { AppError } from '../../errors/appError.js'
import { isValidId } from '../../model/ids.js'
import { type Json, type JsonObject, jsonBytes } from '../../model/json.js'
import type { SelectStatement, StatementOperation } from '../../model/types.js'
import type { TaskContext } from '../context.js'
import { statementOf } from '../lookUp.js'
import { checkLimit } from '../paging/checkLimit.js'
import { decodePageToken, encodePageToken } from '../paging/pageToken.js'
import { readRows, readSingle } from '../statements/readResult.js'
import type { Task } from '../tasks/taskItem.js'
import { readTask } from '../tasks/taskStore.js'
import { trackExecution } from '../tasks/trackExecution.js'

/** State of a task and, when it has succeeded, a page of its rows. `NotFound` for an unknown id or another statement's. */
export async function taskResult(
  context: TaskContext,
  operation: StatementOperation,
  args: JsonObject,
): Promise<Json> {
  const statement = statementOf(context.project, operation.statement, 'select', 'delete')
  const taskId = String(args.taskId)
  const task = await currentTask(context, taskId, statement.name)
  const state = {
    taskStatus: task.taskStatus,
    error: task.error,
    startDate: task.startDate,
    finishDate: task.finishDate,
  }
  if (statement.kind === 'delete') {
    return { ...state, deletedCount: task.taskStatus === 'SUCCEEDED' ? task.deletedCount : null }
  }
  // Checked in every state, so that a wrong page size shows at once and not only when the task is done.
  const limit = checkLimit(args.limit, context.limits.maxPageItems, context.limits.maxPageItems)
  const scope = `${operation.field}|${taskId}`
  const start = typeof args.nextToken === 'string' ? decodePageToken(scope, args.nextToken) : null
  if (task.taskStatus !== 'SUCCEEDED') return { ...state, result: null, nextToken: null }
  return { ...state, ...(await resultPage(context, statement, task, scope, start, limit)) }
}

async function currentTask(context: TaskContext, taskId: string, statement: string): Promise<Task> {
  // No engine gives such an id, and no store takes it as a key.
  let task = isValidId(taskId) ? await readTask(context, taskId) : undefined
  if (task?.operation !== statement) throw new AppError('NotFound', 'Task not found')
  if (task.taskStatus === 'RUNNING' && task.phase === 'query') {
    await trackExecution(context, taskId)
    task = (await readTask(context, taskId)) ?? task
  }
  return task
}

async function resultPage(
  context: TaskContext,
  statement: SelectStatement,
  task: Task,
  scope: string,
  start: Json,
  limit: number,
): Promise<JsonObject> {
  const list = statement.returns.kind === 'list'
  const { maxPageBytes } = context.limits
  for (let most = list ? limit : 1; ; ) {
    const page = await context.sql.results(task.executionId, {
      limit: most,
      maxBytes: maxPageBytes,
      columns: statement.columns,
      ...(typeof start === 'string' && { start }),
    })
    if (!list) {
      return { result: readSingle(page.rows, page.columns, statement, context.project), nextToken: null }
    }
    const result = readRows(page.rows, page.columns, statement, context.project)
    // The engine counts its values: the names of fields, and the quotes of JSON within JSON, come on top of them.
    const bytes = jsonBytes(result)
    if (bytes <= maxPageBytes || result.length === 1) {
      return { result, nextToken: page.next === undefined ? null : encodePageToken(scope, page.next) }
    }
    most = Math.max(1, Math.floor((result.length * maxPageBytes * MARGIN) / bytes))
  }
}

/** Rows differ in size: a page that is read again is made a little smaller than it would have to be. */
const MARGIN = 0.9
