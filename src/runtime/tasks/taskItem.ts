import type { Json } from '../../model/json.js'
import { runningTaskKey, taskKey } from '../../model/keys.js'
import type { Item } from '../../ports/itemTable.js'

export type TaskStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED'

/** `query`: the engine runs the statement. `deletion`: its rows are being removed. `done`: nothing is left to do. */
export type TaskPhase = 'query' | 'deletion' | 'done'

export interface Task {
  readonly id: string
  /** The execution that counts: the task's own id, unless its statement had to be started again. */
  readonly executionId: string
  /** Name of the statement. */
  readonly operation: string
  readonly taskType: 'queryTask' | 'deletionTask'
  readonly phase: TaskPhase
  readonly taskStatus: TaskStatus
  readonly startDate: string
  readonly finishDate: string | null
  readonly error: string | null
  readonly deletedCount: number
  /** Id of the message for which its rows are being removed. */
  readonly deletionMessage: string | null
  /** How often the statement has been started again. */
  readonly restarts: number
}

/** The stored item of a task that has just started. `expiresAt` is in seconds since 1970, as DynamoDB's TTL wants it. */
export function newTaskItem(
  task: Pick<Task, 'id' | 'operation' | 'taskType'>,
  now: string,
  expiresAt: number,
): Item {
  return {
    ...taskKey(task.id),
    ...runningTaskKey(task.id, now),
    entityType: 'task',
    id: task.id,
    operation: task.operation,
    taskType: task.taskType,
    phase: 'query' satisfies TaskPhase,
    taskStatus: 'RUNNING' satisfies TaskStatus,
    startDate: now,
    expiresAt,
    createdAt: now,
    updatedAt: now,
  }
}

/**
 * The item that leads from an execution to its task, for a statement that had to be started again. Every other
 * execution has its task's id.
 */
export function restartedTaskItem(executionId: string, task: Task, now: string, expiresAt: number): Item {
  return {
    ...taskKey(executionId),
    entityType: 'task',
    id: executionId,
    restartOf: task.id,
    expiresAt,
    createdAt: now,
    updatedAt: now,
  }
}

/** The task that an item of `restartedTaskItem` leads to. */
export function restartOf(item: Item): string | undefined {
  return typeof item.restartOf === 'string' ? item.restartOf : undefined
}

export function taskOf(item: Item): Task {
  return {
    id: String(item.id),
    executionId: typeof item.executionId === 'string' ? item.executionId : String(item.id),
    operation: String(item.operation),
    taskType: item.taskType as Task['taskType'],
    phase: item.phase as TaskPhase,
    taskStatus: item.taskStatus as TaskStatus,
    startDate: String(item.startDate),
    finishDate: textOrNull(item.finishDate),
    error: textOrNull(item.error),
    deletedCount: typeof item.deletedCount === 'number' ? item.deletedCount : 0,
    deletionMessage: textOrNull(item.deletionMessage),
    restarts: typeof item.restarts === 'number' ? item.restarts : 0,
  }
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
