import { type Command, Option } from 'commander'
import { taskKey } from '../../model/keys.js'
import type { PageStart } from '../../ports/itemTable.js'
import type { Task } from '../../runtime/tasks/taskItem.js'
import { CliError } from '../cliError.js'
import { type AdminOptions, addAdminOptions, wholeNumber } from '../commonOptions.js'
import { projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'
import type { AdminTarget } from '../targets/adminTarget.js'
import { withTarget } from '../targets/withTarget.js'
import { oneLine, textTable } from '../textTable.js'

interface ListOptions extends AdminOptions {
  readonly status?: Task['taskStatus']
  readonly limit: number
}

/** `ocg tasks`: what runs and ran. Works beside a running host. */
export function declare(command: Command): void {
  command.addHelpText(
    'after',
    '\nExamples:\n  $ ocg tasks list -n shop --status FAILED\n  $ ocg tasks show 0f8f… -n shop --json',
  )
  addAdminOptions(command.command('list', { isDefault: true }).description('List tasks, the latest first.'))
    .addOption(
      new Option('--status <status>', 'only tasks of this status').choices([
        'RUNNING',
        'SUCCEEDED',
        'FAILED',
      ]),
    )
    .option('--limit <count>', 'most tasks to list', wholeNumber(1), 100)
    .addHelpText('after', '\nExample:\n  $ ocg tasks list -n shop --status RUNNING')
    .action(list)
  addAdminOptions(command.command('show <id>').description('Show one task.'))
    .addHelpText('after', '\nExample:\n  $ ocg tasks show 0f8f2f6a-7c1e-4a57-9d58-3f7ad9a1c001 -n shop')
    .action(show)
  addAdminOptions(command.command('cancel <id>').description('Stop a task that runs.'))
    .addHelpText('after', '\nExample:\n  $ ocg tasks cancel 0f8f2f6a-7c1e-4a57-9d58-3f7ad9a1c001 -n shop')
    .action(cancel)
}

async function onTarget<T>(options: AdminOptions, use: (target: AdminTarget) => Promise<T>): Promise<T> {
  return withTarget(await projectOptions({ ...options, needsName: options.aws === true }), options, use)
}

async function list(options: ListOptions): Promise<void> {
  const output = processOutput(options)
  const { restartOf, taskOf } = await import('../../runtime/tasks/taskItem.js')
  const tasks = await onTarget(options, async ({ table }) => {
    const found: Task[] = []
    let start: PageStart | undefined
    do {
      const page = await table.scan({ prefix: 'task#', limit: 1000, ...(start && { start }) })
      for (const item of page.items) if (restartOf(item) === undefined) found.push(taskOf(item))
      start = page.next
    } while (start)
    return found
  })
  const wanted = tasks
    .filter(({ taskStatus }) => options.status === undefined || taskStatus === options.status)
    .sort((a, b) => (a.startDate < b.startDate ? 1 : -1))
  const shown = wanted.slice(0, options.limit)
  if (options.json) return output.data(`${JSON.stringify({ tasks: shown, total: wanted.length })}\n`)
  if (shown.length === 0) return output.note('There are no such tasks.')
  const rows = shown.map((task) => [
    task.id,
    task.operation,
    statusText(task),
    task.startDate,
    duration(task),
    task.error ?? '',
  ])
  await output.data(`${textTable(['id', 'statement', 'status', 'started', 'took', 'error'], rows)}\n`)
  if (wanted.length > shown.length)
    output.note(`… and ${wanted.length - shown.length} more; --limit shows them.`)
}

async function show(id: string, options: AdminOptions): Promise<void> {
  const output = processOutput(options)
  const { restartOf, taskOf } = await import('../../runtime/tasks/taskItem.js')
  const task = await onTarget(options, async ({ table }) => {
    const item = await table.get(taskKey(id))
    return item && restartOf(item) === undefined ? taskOf(item) : undefined
  })
  if (!task) throw unknownTask(id)
  if (options.json) return output.data(`${JSON.stringify(task)}\n`)
  const lines = [
    ['id', task.id],
    ['statement', task.operation],
    ['kind', task.taskType === 'deletionTask' ? 'deletion' : 'query'],
    ['status', statusText(task)],
    ['started', task.startDate],
    ['finished', task.finishDate ?? '-'],
    ['took', duration(task)],
    ...(task.taskType === 'deletionTask' ? [['deleted', String(task.deletedCount)]] : []),
    ...(task.error === null ? [] : [['error', oneLine(task.error)]]),
  ]
  await output.data(`${lines.map(([name, value]) => `${name?.padEnd(10)}${value}`).join('\n')}\n`)
}

async function cancel(id: string, options: AdminOptions): Promise<void> {
  const output = processOutput(options)
  const { cancelTask } = await import('../../runtime/tasks/cancelTask.js')
  const clock = { now: () => Date.now() }
  const outcome = await onTarget(options, ({ table, sql }) => cancelTask({ table, sql, clock }, id))
  if (outcome === 'unknown') throw unknownTask(id)
  if (outcome === 'finished') {
    throw new CliError('declined', `Task ${oneLine(id)} is not running any more.`, {
      hint: `See: ocg tasks show ${oneLine(id)}`,
    })
  }
  if (outcome === 'deleting') {
    throw new CliError(
      'declined',
      `Task ${oneLine(id)} is removing its rows already, and that can't be taken back.`,
    )
  }
  if (options.json) return output.data(`${JSON.stringify({ ok: true, id })}\n`)
  output.note(`Task ${oneLine(id)} is cancelled.`)
}

function unknownTask(id: string): CliError {
  return new CliError('input', `There is no task ${oneLine(id)}.`, { hint: 'See: ocg tasks list' })
}

function statusText(task: Task): string {
  return task.taskStatus === 'RUNNING' && task.phase === 'deletion' ? 'RUNNING (deleting)' : task.taskStatus
}

function duration(task: Task): string {
  const end = task.finishDate === null ? Date.now() : Date.parse(task.finishDate)
  return `${((end - Date.parse(task.startDate)) / 1000).toFixed(1)} s`
}
