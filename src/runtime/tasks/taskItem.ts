import type { Json } from '../../model/json.js'
import { taskKey } from '../../model/keys.js'
import type { Item } from '../../ports/itemTable.js'

export type TaskStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED'

/** `query`: the engine runs the statement. `deletion`: its rows are being removed. `done`: nothing is left to do. */
export type TaskPhase = 'query' | 'deletion' | 'done'

export interface Task {
  readonly id: string
  /** Name of the statement. */
  readonly operation: string
  readonly taskType: 'queryTask' | 'deletionTask'
  readonly phase: TaskPhase
  readonly taskStatus: TaskStatus
  readonly startDate: string
  readonly finishDate: string | null
  readonly error: string | null
  readonly deletedCount: number
}

/** The stored item of a task that has just started. `expiresAt` is in seconds since 1970, as DynamoDB's TTL wants it. */
export function newTaskItem(
  task: Pick<Task, 'id' | 'operation' | 'taskType'>,
  now: string,
  expiresAt: number,
): Item {
  return {
    ...taskKey(task.id),
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

export function taskOf(item: Item): Task {
  return {
    id: String(item.id),
    operation: String(item.operation),
    taskType: item.taskType as Task['taskType'],
    phase: item.phase as TaskPhase,
    taskStatus: item.taskStatus as TaskStatus,
    startDate: String(item.startDate),
    finishDate: textOrNull(item.finishDate),
    error: textOrNull(item.error),
    deletedCount: typeof item.deletedCount === 'number' ? item.deletedCount : 0,
  }
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
