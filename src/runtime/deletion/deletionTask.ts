import { invariant } from '../../errors/appError.js'
import { relationDataKey, taskKey } from '../../model/keys.js'
import type { DeletionMessage } from '../../ports/queue.js'
import type { SqlRow } from '../../ports/sqlEngine.js'
import type { RuntimeContext } from '../context.js'
import { incarnationOfHandle } from '../items/relationItems.js'
import type { Task } from '../tasks/taskItem.js'
import { finishTask, readTask, suspendDeletion } from '../tasks/taskStore.js'
import { removeRelations } from './removeRelations.js'

/** Most rows of the statement's result that are handled at once: as many as one `getMany` takes. */
const PAGE = 100

/**
 * Removes the rows that a deletion task's statement found, and ends the task when they are gone from the table and
 * from SQL. Safe to run again: a relation counts once, in the transaction that removes it. Throws when SQL does not
 * follow in time; the message is then tried again.
 */
export async function runDeletion(context: RuntimeContext, message: DeletionMessage): Promise<void> {
  const task = await readTask(context, message.taskId)
  if (!task || task.phase === 'done') return
  const execution = await context.sql.execution(task.id)
  if (execution?.state !== 'SUCCEEDED') {
    await finishTask(context, task, { status: 'FAILED', error: 'The execution of this task is gone.' })
    return
  }
  let start: string | undefined
  do {
    const page = await context.sql.results(task.id, {
      limit: PAGE,
      maxBytes: 1024 * 1024,
      ...(start && { start }),
    })
    await removeRows(context, task, page.rows)
    start = page.next
  } while (start)
  if (!(await context.sql.waitUntilFresh(context.limits.deletionFreshnessMs))) {
    throw new Error(`SQL does not show the deletions of task ${task.id} yet`)
  }
  await succeed(context, task.id)
}

/** Ends a deletion task whose message has become a dead letter; replaying the letter takes the task up again. */
export async function failDeletion(context: RuntimeContext, message: DeletionMessage): Promise<void> {
  const task = await readTask(context, message.taskId)
  if (task?.taskStatus === 'RUNNING') await suspendDeletion(context, task)
}

/** The phase may change once under us, when whoever sent the message notes it only now: hence the loop. */
async function succeed(context: RuntimeContext, taskId: string): Promise<void> {
  let task = await readTask(context, taskId)
  while (task && task.phase !== 'done') {
    if (await finishTask(context, task, { status: 'SUCCEEDED' })) return
    task = await readTask(context, taskId)
  }
}

async function removeRows(context: RuntimeContext, task: Task, rows: readonly SqlRow[]): Promise<void> {
  const seen = rows.map(([s3Key, relationId]) => {
    invariant(
      typeof s3Key === 'string' && typeof relationId === 'string',
      'a deletion selects s3Key, relationId',
    )
    return { relationId, incarnation: incarnationOfHandle(s3Key) }
  })
  const data = await context.table.getMany(seen.map(({ relationId }) => relationDataKey(relationId)))
  const removals = seen.flatMap(({ incarnation }, index) => {
    const item = data[index]
    return item?._incarnation === incarnation ? [{ data: item }] : []
  })
  await removeRelations(context, removals, { key: taskKey(task.id), attribute: 'deletedCount' })
}
