import { type Command, Option } from 'commander'
import { taskKey } from '../../model/keys.js'
import type { Task } from '../../runtime/tasks/taskItem.js'
import { CliError } from '../cliError.js'
import { addDataOption, addOutputOptions, type OutputOptions, wholeNumber } from '../commonOptions.js'
import { withStore } from '../openStoreOf.js'
import { processOutput } from '../output.js'
import { dataFolder, projectName } from '../projectName.js'
import { oneLine, textTable } from '../textTable.js'

interface TasksOptions extends OutputOptions {
  readonly name?: string
  readonly data?: string
}

interface ListOptions extends TasksOptions {
  readonly status?: Task['taskStatus']
  readonly limit: number
}

/** `ocg tasks`: what runs and ran. Works beside a running host. */
export function declare(command: Command): void {
  command.addHelpText(
    'after',
    '\nExamples:\n  $ ocg tasks list -n shop --status FAILED\n  $ ocg tasks show 0f8f… -n shop --json',
  )
  addFolderOptions(command.command('list', { isDefault: true }).description('List tasks, the latest first.'))
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
  addFolderOptions(command.command('show <id>').description('Show one task.'))
    .addHelpText('after', '\nExample:\n  $ ocg tasks show 0f8f2f6a-7c1e-4a57-9d58-3f7ad9a1c001 -n shop')
    .action(show)
  addFolderOptions(command.command('cancel <id>').description('Stop a task that runs.'))
    .addHelpText('after', '\nExample:\n  $ ocg tasks cancel 0f8f2f6a-7c1e-4a57-9d58-3f7ad9a1c001 -n shop')
    .action(cancel)
}

function addFolderOptions(command: Command): Command {
  command.option('-n, --name <name>', "the project's name (default: the name of the current folder)")
  return addOutputOptions(addDataOption(command))
}

function folderOf(options: TasksOptions): string {
  return options.data === undefined
    ? dataFolder(undefined, projectName(options.name))
    : dataFolder(options.data, '')
}

async function list(options: ListOptions): Promise<void> {
  const output = processOutput(options)
  const { taskOf } = await import('../../runtime/tasks/taskItem.js')
  const tasks = await withStore(folderOf(options), async (store) => {
    const found: Task[] = []
    let after: { PK: string; SK: string } | undefined
    for (;;) {
      const page = store.table.readPage({ prefix: 'task#', limit: 1000, ...(after && { after }) })
      const last = page.at(-1)
      if (!last) return found
      found.push(...page.map(taskOf))
      after = { PK: last.PK, SK: last.SK }
    }
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

async function show(id: string, options: TasksOptions): Promise<void> {
  const output = processOutput(options)
  const { taskOf } = await import('../../runtime/tasks/taskItem.js')
  const task = await withStore(folderOf(options), async (store) => {
    const item = store.table.read(taskKey(id))
    return item && taskOf(item)
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

async function cancel(id: string, options: TasksOptions): Promise<void> {
  const output = processOutput(options)
  const { cancelTask } = await import('../tasks/cancelTask.js')
  const outcome = await withStore(folderOf(options), (store) => cancelTask(store, id))
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
