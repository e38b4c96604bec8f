import { removeOrphans, removeResult, resultFile } from '../../adapters/embedded/sql/resultFile.js'
import type { ExecutionRecord } from '../../adapters/embedded/store/store.js'
import { taskKey } from '../../model/keys.js'
import type { Project } from '../../model/types.js'
import type { Host } from '../host.js'
import type { PurgeTarget } from './target.js'
import { waitFor } from './waitFor.js'

/** What a task says of itself whose result has been removed. */
export const RESULT_PURGED =
  'The result is gone, because a row that it may have held was purged. Trigger the task again.'

const PAGE = 500
/** Those that are cleared together share commits. */
const AT_ONCE = 50

/**
 * Removes the results of tasks that may hold values of a row, and the executions with the text of their statements,
 * in which arguments stand. Those that run are waited for. Tells how many tasks there were.
 */
export async function clearResults(host: Host, target: PurgeTarget, signal: AbortSignal): Promise<number> {
  const { executions, folder } = host.store
  // Those that begin from here on find the row no more.
  const begun = new Date().toISOString()
  let cleared = 0
  for (let after: string | undefined; ; ) {
    const page = executions.list({ limit: PAGE, ...(after !== undefined && { after }) })
    const concerned = page.filter(({ id, startedAt }) => startedAt <= begun && mayHold(host, target, id))
    for (let from = 0; from < concerned.length; from += AT_ONCE) {
      const some = concerned.slice(from, from + AT_ONCE)
      const found = await Promise.all(some.map((record) => clearOne(host, record, signal)))
      cleared += found.filter((isFound) => isFound).length
    }
    if (page.length < PAGE) break
    after = page.at(-1)?.id
  }
  // Those of executions that are gone, such as of a host that was killed while it removed one.
  await removeOrphans(folder, (id) => executions.get(id) !== undefined)
  return cleared
}

/** True also for a statement that the model no longer has: nobody knows what it read. */
function mayHold({ project, store }: Host, { tables }: PurgeTarget, executionId: string): boolean {
  const task = store.table.read(taskKey(executionId))
  const read = tablesOf(project, String(task?.operation))
  return read === undefined || read.some((table) => tables.has(table))
}

function tablesOf({ statements }: Project, name: string): readonly string[] | undefined {
  const found = statements.find((one) => one.name === name)
  return found && 'tables' in found ? found.tables : undefined
}

async function clearOne(
  { store, context }: Host,
  { id }: ExecutionRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const task = () => store.table.read(taskKey(id))
  await waitFor('A task that reads the table has not ended', signal, async () => {
    const item = task()
    return store.executions.get(id)?.execution.state !== 'RUNNING' && item?.taskStatus !== 'RUNNING'
  })
  const item = task()
  if (item) {
    // A deletion that is done stays done; one whose rest waits as a dead letter can't go on without its result.
    const isDone = item.taskType === 'deletionTask' && item.taskStatus === 'SUCCEEDED'
    if (!isDone) {
      const set = { taskStatus: 'FAILED', phase: 'done', error: RESULT_PURGED } as const
      await context.table.write({ kind: 'update', key: taskKey(id), set, condition: { kind: 'exists' } })
    }
    await removeLetters(store, id)
  }
  await store.executions.delete(id)
  await removeResult(resultFile(store.folder, id))
  return item !== undefined
}

async function removeLetters({ deadLetters }: Host['store'], taskId: string): Promise<void> {
  for (let after: string | undefined; ; ) {
    const letters = deadLetters.list({ limit: PAGE, ...(after !== undefined && { after }) })
    for (const letter of letters) {
      if (letter.source === 'deletion' && letter.subject.taskId === taskId) {
        await deadLetters.remove(letter.sequence)
      }
    }
    if (letters.length < PAGE) return
    after = letters.at(-1)?.sequence
  }
}
