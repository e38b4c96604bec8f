import { RUNNING_TASKS } from '../../model/keys.js'
import type { PageStart } from '../../ports/itemTable.js'
import { isTimeUp, type RuntimeContext } from '../context.js'
import { inParallel } from '../inParallel.js'
import { taskOf } from './taskItem.js'

/** Tasks that are looked after at the same time. */
const CONCURRENCY = 8
const PAGE = 200

export interface Sweep {
  /** Tasks whose statements were running, as far as the table knew. */
  readonly found: number
  /** False when the time ran out before all were looked at. */
  readonly complete: boolean
}

/**
 * Visits every task whose statement still runs as far as the table knows, the oldest first: for events that got lost.
 * Stops when the time runs out; the next sweep begins with those that are then the oldest.
 */
export async function sweepTasks(
  context: Pick<RuntimeContext, 'table' | 'limits' | 'remainingMs'>,
  visit: (taskId: string) => Promise<void>,
): Promise<Sweep> {
  let found = 0
  let start: PageStart | undefined
  do {
    const query = { partition: RUNNING_TASKS, limit: PAGE, ...(start && { start }) }
    const page = await context.table.queryIndex(query)
    const running = page.items.map(taskOf).filter(({ phase }) => phase === 'query')
    let complete = true
    await inParallel(running, CONCURRENCY, async ({ id }) => {
      if (isTimeUp(context)) {
        complete = false
        return
      }
      found += 1
      await visit(id)
    })
    if (!complete) return { found, complete }
    start = page.next
  } while (start)
  return { found, complete: true }
}
