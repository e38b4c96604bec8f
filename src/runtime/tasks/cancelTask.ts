import { taskKey } from '../../model/keys.js'
import type { ItemTable } from '../../ports/itemTable.js'
import type { SqlEngine } from '../../ports/sqlEngine.js'
import type { Clock } from '../../ports/system.js'
import { systemTime } from '../times.js'
import { restartOf, taskOf } from './taskItem.js'

/** As much of a host as a cancellation needs: it is done from outside of the one that runs the task. */
export interface CancelContext {
  readonly table: Pick<ItemTable, 'get' | 'write'>
  readonly sql: Pick<SqlEngine, 'cancel'>
  readonly clock: Clock
}

/** `deleting`: its rows are being removed already, which can't be stopped half-way. */
export type CancelOutcome = 'cancelled' | 'unknown' | 'finished' | 'deleting'

/** What a cancelled task says of itself. */
export const CANCELLED = 'The task was cancelled.'

/**
 * Ends a task that runs: its record first, so that nothing that the engine still reports can turn it into a success,
 * then its execution.
 */
export async function cancelTask({ table, sql, clock }: CancelContext, id: string): Promise<CancelOutcome> {
  const item = await table.get(taskKey(id))
  if (!item || restartOf(item) !== undefined) return 'unknown'
  const task = taskOf(item)
  if (task.phase === 'deletion') return 'deleting'
  const time = systemTime(clock.now())
  const result = await table.write({
    kind: 'update',
    key: taskKey(id),
    set: { taskStatus: 'FAILED', phase: 'done', finishDate: time, updatedAt: time, error: CANCELLED },
    // A task that has ended is not looked for any more: see `runningTaskKey`.
    remove: ['GSI1-PK', 'GSI1-SK'],
    condition: { kind: 'equals', attributes: { phase: 'query', taskStatus: 'RUNNING' } },
  })
  if (!result.ok) return 'finished'
  await sql.cancel(task.executionId)
  return 'cancelled'
}
