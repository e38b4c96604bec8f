import { taskKey } from '../../model/keys.js'
import type { DeletionMessage } from '../../ports/queue.js'
import type { TaskContext } from '../context.js'
import { systemTime } from '../times.js'
import { restartedTaskItem, restartOf, type Task, taskOf } from './taskItem.js'

/** As much as storing tasks takes. */
type StoreContext = Pick<TaskContext, 'table' | 'clock' | 'onTaskFinished'>

/** A task that has ended is not looked for any more: see `runningTaskKey`. */
const INDEX_KEYS = ['GSI1-PK', 'GSI1-SK'] as const

export async function readTask(context: StoreContext, taskId: string): Promise<Task | undefined> {
  const item = await context.table.get(taskKey(taskId))
  // The table may keep an item for a while after its time: DynamoDB promises no more than a few days.
  if (!item || restartOf(item) !== undefined) return undefined
  return Number(item.expiresAt) * 1000 <= context.clock.now() ? undefined : taskOf(item)
}

/** The task of an execution: the one of its id, or the one whose statement was started again with it. */
export async function readTaskOfExecution(
  context: StoreContext,
  executionId: string,
): Promise<Task | undefined> {
  const item = await context.table.get(taskKey(executionId))
  if (!item) return undefined
  const original = restartOf(item)
  return original === undefined ? readTask(context, executionId) : readTask(context, original)
}

/**
 * Starts a task's statement again under another execution. The new execution leads to the task before the task leads to
 * it, so that its event finds it whatever happens in between.
 */
export async function restartTask(context: TaskContext, task: Task): Promise<void> {
  const restart = context.sql.restart
  if (!restart) return
  const { executionId } = await restart(task.executionId)
  const now = context.clock.now()
  const expiresAt = Math.ceil(now / 1000) + context.limits.taskLifeSeconds
  await context.table.write({
    kind: 'put',
    item: restartedTaskItem(executionId, task, systemTime(now), expiresAt),
  })
  await context.table.write({
    kind: 'update',
    key: taskKey(task.id),
    set: { executionId, updatedAt: systemTime(now) },
    add: { restarts: 1 },
    condition: { kind: 'equals', attributes: { phase: 'query', taskStatus: 'RUNNING' } },
  })
}

/** Ends a task of the given phase; false when it is in another one, or gone. */
export async function finishTask(
  context: StoreContext,
  task: Task,
  outcome: { readonly status: 'SUCCEEDED' } | { readonly status: 'FAILED'; readonly error: string },
  finishedAt?: string,
): Promise<boolean> {
  const now = systemTime(context.clock.now())
  const result = await context.table.write({
    kind: 'update',
    key: taskKey(task.id),
    set: {
      taskStatus: outcome.status,
      phase: 'done',
      finishDate: finishedAt ?? now,
      updatedAt: now,
      ...(outcome.status === 'FAILED' && { error: outcome.error }),
    },
    remove: [...INDEX_KEYS, ...(outcome.status === 'SUCCEEDED' ? ['error'] : [])],
    condition: { kind: 'equals', attributes: { phase: task.phase } },
  })
  if (result.ok) context.onTaskFinished?.(outcome.status)
  return result.ok
}

/** Moves a deletion task from its query to its deletion, for one message; does nothing when somebody else did. */
export async function enterDeletion(context: StoreContext, { taskId, id }: DeletionMessage): Promise<void> {
  await context.table.write({
    kind: 'update',
    key: taskKey(taskId),
    set: {
      phase: 'deletion',
      updatedAt: systemTime(context.clock.now()),
      ...(id !== undefined && { deletionMessage: id }),
    },
    condition: { kind: 'equals', attributes: { phase: 'query' } },
  })
}

/** Marks a deletion task as failed but leaves it in its phase, so that a replay of its message can finish it. */
export async function suspendDeletion(context: StoreContext, task: Task): Promise<void> {
  const now = systemTime(context.clock.now())
  const result = await context.table.write({
    kind: 'update',
    key: taskKey(task.id),
    set: {
      taskStatus: 'FAILED',
      phase: 'deletion',
      finishDate: now,
      updatedAt: now,
      error: 'The rows could not all be removed. The rest waits as a dead letter and can be replayed.',
    },
    remove: INDEX_KEYS,
    condition: { kind: 'equals', attributes: { taskStatus: 'RUNNING' } },
  })
  if (result.ok) context.onTaskFinished?.('FAILED')
}
