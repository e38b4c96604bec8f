import { invariant } from '../../errors/appError.js'
import { relationDataKey, taskKey } from '../../model/keys.js'
import type { DeletionMessage } from '../../ports/queue.js'
import type { SqlRow } from '../../ports/sqlEngine.js'
import { type DeletionContext, isTimeUp } from '../context.js'
import { incarnationOfHandle } from '../items/relationItems.js'
import type { Task } from '../tasks/taskItem.js'
import { enterDeletion, finishTask, readTask, suspendDeletion } from '../tasks/taskStore.js'
import { removeRelations } from './removeRelations.js'

/** Most rows of the statement's result that are handled at once: as many as one `getMany` takes. */
const PAGE = 100

/**
 * Removes the rows that a deletion task's statement found, and ends the task when they are gone from the table and
 * from SQL. Safe to run again: a relation counts once, in the transaction that removes it. When the time that is left
 * runs out, or SQL does not follow yet, another message takes the work on. Throws when SQL has not followed for an hour.
 */
export async function runDeletion(context: DeletionContext, message: DeletionMessage): Promise<void> {
  const task = await takeUp(context, message)
  if (!task) return
  const execution = await context.sql.execution(task.executionId)
  if (execution?.state !== 'SUCCEEDED') {
    await finishTask(context, task, { status: 'FAILED', error: 'The execution of this task is gone.' })
    return
  }
  const { step, at } = message.resume ?? { step: 'remove' }
  if (step === 'remove') {
    const removed = await eachPage(context, task, at, (rows) => removeRows(context, task, rows))
    if (!removed.done) return passOn(context, message, { step, ...removed.from })
  }
  const seen = await eachPage(context, task, step === 'wait' ? at : undefined, (rows) =>
    isGone(context, rows),
  )
  if (!seen.done) {
    if (seen.isLate) checkPatience(context, task)
    return passOn(context, message, { step: 'wait', ...seen.from })
  }
  await finishTask(context, task, { status: 'SUCCEEDED' })
}

/**
 * The task, in its deletion from now on; undefined when there is nothing to do, or when it's done for another message.
 * Whoever sent this one may not have noted it yet, and until it's noted a task can be cancelled: nothing is removed
 * before.
 */
async function takeUp(context: DeletionContext, message: DeletionMessage): Promise<Task | undefined> {
  let task = await readTask(context, message.taskId)
  if (task?.phase === 'query') {
    await enterDeletion(context, message)
    task = await readTask(context, message.taskId)
  }
  if (task?.phase !== 'deletion') return undefined
  const other =
    task.deletionMessage !== null && message.id !== undefined && task.deletionMessage !== message.id
  return other ? undefined : task
}

/** `from`: where to go on. `isLate`: the page there is to be visited once more. */
type Progress =
  | { readonly done: true }
  | { readonly done: false; readonly isLate: boolean; readonly from: { readonly at?: string } }

/**
 * Visits the statement's rows page by page as long as there is time, and one page at least: work that is passed on moves.
 * A visit that answers false ends it.
 */
async function eachPage(
  context: DeletionContext,
  task: Task,
  from: string | undefined,
  visit: (rows: readonly SqlRow[]) => Promise<boolean>,
): Promise<Progress> {
  let start = from
  do {
    const page = await context.sql.results(task.executionId, {
      limit: PAGE,
      maxBytes: 1024 * 1024,
      ...(start !== undefined && { start }),
    })
    if (!(await visit(page.rows))) return { done: false, isLate: true, from: placeOf(start) }
    start = page.next
    if (start !== undefined && isTimeUp(context)) return { done: false, isLate: false, from: placeOf(start) }
  } while (start !== undefined)
  return { done: true }
}

function placeOf(start: string | undefined): { readonly at?: string } {
  return start === undefined ? {} : { at: start }
}

async function passOn(
  context: DeletionContext,
  message: DeletionMessage,
  resume: NonNullable<DeletionMessage['resume']>,
): Promise<void> {
  await context.queues.deletion.send({ ...message, resume })
}

function isGone(context: DeletionContext, rows: readonly SqlRow[]): Promise<boolean> {
  return context.sql.waitUntilGone(relationsOf(rows), context.limits.deletionFreshnessMs)
}

/** SQL may be far behind after an outage, and comes. Past this somebody should look. */
const PATIENCE_MS = 60 * 60_000

function checkPatience({ clock }: DeletionContext, task: Task): void {
  if (clock.now() - Date.parse(task.startDate) < PATIENCE_MS) return
  throw new Error(`SQL still shows rows that task ${task.id} has removed`)
}

/** Ends a deletion task whose message has become a dead letter; replaying the letter takes the task up again. */
export async function failDeletion(context: DeletionContext, message: DeletionMessage): Promise<void> {
  const task = await readTask(context, message.taskId)
  if (task?.taskStatus === 'RUNNING') await suspendDeletion(context, task)
}

async function removeRows(context: DeletionContext, task: Task, rows: readonly SqlRow[]): Promise<true> {
  const seen = relationsOf(rows)
  const data = await context.table.getMany(seen.map(({ relationId }) => relationDataKey(relationId)))
  const removals = seen.flatMap(({ s3Key }, index) => {
    const item = data[index]
    return item?._incarnation === incarnationOfHandle(s3Key) ? [{ data: item }] : []
  })
  await removeRelations(context, removals, { key: taskKey(task.id), attribute: 'deletedCount' })
  return true
}

/** The relations in rows of the result; an outer join has rows without one. */
function relationsOf(rows: readonly SqlRow[]): { readonly relationId: string; readonly s3Key: string }[] {
  return rows.flatMap(([s3Key, relationId]) => {
    if (s3Key === null && relationId === null) return []
    invariant(
      typeof s3Key === 'string' && typeof relationId === 'string',
      'a deletion selects s3Key, relationId',
    )
    return [{ relationId, s3Key }]
  })
}
