import type { Item, PageStart } from '../../../ports/itemTable.js'
import type { ObjectEntry } from '../../../ports/objectStore.js'
import type { AwsLake } from './openAwsLake.js'

/**
 * Removes results of statements that may hold values of these tables: of tasks that read one and have ended, with the tasks
 * themselves, and of SYNC statements, which nobody reads twice. Answers the number of tasks.
 *
 * Waits for `pauseMs` first, so that no result goes that somebody is about to read.
 */
export async function purgeResults(
  lake: AwsLake,
  tables: ReadonlySet<string>,
  pauseMs: number,
): Promise<number> {
  const { items, results, project } = lake
  const reading = new Set(
    project.statements.flatMap((one) =>
      one.kind !== 'insert' && one.tables.some((table) => tables.has(table)) ? [one.name] : [],
    ),
  )
  const statementOf = new Map(
    project.operations.flatMap((one) => ('statement' in one ? [[one.field, one.statement] as const] : [])),
  )
  const keep = new Set<string>()
  const gone: string[] = []
  for await (const task of tasks(lake)) {
    const id = String(task.id)
    const statement = statementOf.get(String(task.operation)) ?? String(task.operation)
    if (task.taskStatus === 'RUNNING' || !reading.has(statement)) keep.add(id)
    else gone.push(id)
  }
  const objects: ObjectEntry[] = []
  let start: string | undefined
  do {
    const page = await results.list({ prefix: '', limit: 1000, ...(start !== undefined && { start }) })
    objects.push(...page.objects)
    start = page.next
  } while (start !== undefined)
  const doomed = objects.map(({ key }) => key).filter((key) => !keep.has(executionOf(key)))
  if (doomed.length > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  for (const id of gone) await items.write({ kind: 'delete', key: { PK: `task#${id}`, SK: `task#${id}` } })
  await results.deleteMany(doomed)
  return gone.length
}

/** `{execution}.csv`, with its metadata beside it. */
function executionOf(key: string): string {
  return (key.split('/').at(-1) ?? '').replace(/\.(csv|txt)(\.metadata)?$/, '')
}

async function* tasks({ items }: AwsLake): AsyncGenerator<Item> {
  let start: PageStart | undefined
  do {
    const page = await items.scan({ prefix: 'task#', limit: 1000, ...(start && { start }) })
    yield* page.items
    start = page.next
  } while (start)
}
