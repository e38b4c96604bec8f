import type { TaskContext } from '../context.js'
import type { Task } from './taskItem.js'
import { enterDeletion, finishTask, readTaskOfExecution, restartTask } from './taskStore.js'

/** How often a statement is started again because the lake changed under it. */
const MAX_RESTARTS = 5

/**
 * Brings a task up to date with its execution: called by the engine's event, by whoever asks for the task, and by
 * the sweep. Safe to call at any time and from many at once.
 *
 * Returns `unknownTask` when no such task is stored (yet): an event may come before its task, so the host tries
 * that event again for a while.
 */
export async function trackExecution(
  context: TaskContext,
  executionId: string,
): Promise<'unknownTask' | 'tracked'> {
  const task = await readTaskOfExecution(context, executionId)
  if (!task) return 'unknownTask'
  if (task.taskStatus === 'RUNNING' && task.phase === 'query') await advance(context, task)
  return 'tracked'
}

async function advance(context: TaskContext, task: Task): Promise<void> {
  const execution = await context.sql.execution(task.executionId)
  if (!execution) {
    await finishTask(context, task, { status: 'FAILED', error: 'The execution of this task is gone.' })
    return
  }
  if (execution.state === 'RUNNING') return
  if (execution.state === 'FAILED' && execution.reason === 'lakeChanged' && task.restarts < MAX_RESTARTS) {
    // Where this host can't start it again, the task runs on: the one that can looks after it too.
    await restartTask(context, task)
    return
  }
  if (execution.state === 'FAILED') {
    await finishTask(context, task, { status: 'FAILED', error: execution.message }, execution.finishedAt)
    return
  }
  if (task.taskType === 'queryTask') {
    await finishTask(context, task, { status: 'SUCCEEDED' }, execution.finishedAt)
    return
  }
  // The message first: a crash between the two leaves the phase as it was, and the next look sends it again.
  const message = { taskId: task.id, id: context.random.uuid() }
  await context.queues.deletion.send(message)
  await enterDeletion(context, message)
}
