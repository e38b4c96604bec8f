import type { Store } from '../../adapters/embedded/store/store.js'
import { taskKey } from '../../model/keys.js'
import { taskOf } from '../../runtime/tasks/taskItem.js'
import { systemTime } from '../../runtime/times.js'

const MESSAGE = 'The task was cancelled.'

/**
 * Ends a task that runs: its record first, so that nothing that the engine still reports can turn it into a success,
 * then its execution. `deleting`: its rows are being removed already, which can't be stopped half-way.
 */
export async function cancelTask(
  store: Store,
  id: string,
  now = Date.now(),
): Promise<'cancelled' | 'unknown' | 'finished' | 'deleting'> {
  const item = store.table.read(taskKey(id))
  if (!item) return 'unknown'
  const task = taskOf(item)
  if (task.phase === 'deletion') return 'deleting'
  const time = systemTime(now)
  const result = await store.table.write({
    kind: 'update',
    key: taskKey(id),
    set: { taskStatus: 'FAILED', phase: 'done', finishDate: time, updatedAt: time, error: MESSAGE },
    condition: { kind: 'equals', attributes: { phase: 'query', taskStatus: 'RUNNING' } },
  })
  const execution = { state: 'FAILED', reason: 'cancelled', message: MESSAGE, finishedAt: time } as const
  if (!result.ok) return 'finished'
  await store.executions.update(id, { execution })
  return 'cancelled'
}
