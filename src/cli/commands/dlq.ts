import type { Command } from 'commander'
import type { DeadLetter, Store } from '../../adapters/embedded/store/store.js'
import { CliError, EXIT_CODES } from '../cliError.js'
import { addDataOption, addOutputOptions, type OutputOptions, wholeNumber } from '../commonOptions.js'
import { withStore } from '../openStoreOf.js'
import { processOutput } from '../output.js'
import { dataFolder, projectName } from '../projectName.js'
import { oneLine, textTable } from '../textTable.js'

interface DlqOptions extends OutputOptions {
  readonly name?: string
  readonly data?: string
}

/** `ocg dlq`: changes and messages that kept failing. Works beside a running host. */
export function declare(command: Command): void {
  command.addHelpText('after', '\nExamples:\n  $ ocg dlq list -n shop\n  $ ocg dlq replay --all -n shop')
  addFolderOptions(
    command.command('list', { isDefault: true }).description('List dead letters, the oldest first.'),
  )
    .option('--limit <count>', 'most dead letters to list', wholeNumber(1), 100)
    .addHelpText('after', '\nExample:\n  $ ocg dlq list -n shop --json')
    .action(list)
  addFolderOptions(command.command('replay [ids...]').description('Put dead letters on their way again.'))
    .option('--all', 'replay every dead letter')
    .addHelpText('after', '\nExample:\n  $ ocg dlq replay 00000000000000000007 -n shop')
    .action(replay)
}

function addFolderOptions(command: Command): Command {
  command.option('-n, --name <name>', "the project's name (default: the name of the current folder)")
  return addOutputOptions(addDataOption(command))
}

function folderOf(options: DlqOptions): string {
  return options.data === undefined
    ? dataFolder(undefined, projectName(options.name))
    : dataFolder(options.data, '')
}

async function list(options: DlqOptions & { readonly limit: number }): Promise<void> {
  const output = processOutput(options)
  const { letters, total } = await withStore(folderOf(options), async ({ deadLetters }) => ({
    letters: deadLetters.list({ limit: options.limit }),
    total: deadLetters.count(),
  }))
  if (options.json) return output.data(`${JSON.stringify({ deadLetters: letters, total })}\n`)
  if (total === 0) return output.note('There are no dead letters.')
  const rows = letters.map((letter) => [
    letter.sequence,
    letter.source,
    subjectText(letter),
    letter.attempts,
    letter.createdAt,
    letter.error,
  ])
  await output.data(`${textTable(['id', 'from', 'subject', 'attempts', 'since', 'error'], rows)}\n`)
  if (total > letters.length) output.note(`… and ${total - letters.length} more; --limit shows them.`)
}

async function replay(
  ids: readonly string[],
  options: DlqOptions & { readonly all?: boolean },
): Promise<void> {
  const output = processOutput(options)
  if ((ids.length === 0) !== (options.all === true)) {
    throw new CliError('input', 'Say which dead letters to replay: their ids, or --all.', {
      hint: 'See: ocg dlq list',
    })
  }
  const { replayed, missing, isServed } = await withStore(folderOf(options), (store) =>
    replayLetters(store, ids),
  )
  if (missing.length > 0) process.exitCode = EXIT_CODES.input
  if (options.json) return output.data(`${JSON.stringify({ ok: missing.length === 0, replayed, missing })}\n`)
  for (const id of missing)
    output.note(`${output.colors.red('error')}: There is no dead letter ${oneLine(id)}.`)
  output.note(`Replayed ${replayed.length} ${replayed.length === 1 ? 'dead letter' : 'dead letters'}.`)
  if (replayed.length > 0 && !isServed)
    output.note('No host runs on this folder: the next one takes them up.')
}

interface Replayed {
  readonly replayed: readonly string[]
  readonly missing: readonly string[]
  readonly isServed: boolean
}

/** Without ids: every dead letter that is there now. One that fails again comes back under a new id. */
async function replayLetters(store: Store, ids: readonly string[]): Promise<Replayed> {
  const wanted = ids.length > 0 ? [...new Set(ids)] : allIds(store)
  const replayed: string[] = []
  const missing: string[] = []
  for (const id of wanted) {
    if (await store.deadLetters.replay(id)) replayed.push(id)
    else if (ids.length > 0) missing.push(id)
  }
  return { replayed, missing, isServed: store.hostLock.holder() !== undefined }
}

function allIds(store: Store): string[] {
  const ids: string[] = []
  for (;;) {
    const after = ids.at(-1)
    const page = store.deadLetters.list({ limit: 1000, ...(after !== undefined && { after }) })
    if (page.length === 0) return ids
    ids.push(...page.map(({ sequence }) => sequence))
  }
}

function subjectText(letter: DeadLetter): string {
  if (letter.source === 'projection') return letter.subject.key.PK
  if (letter.source === 'cascade') return `${letter.subject.entityType}#${letter.subject.entityId}`
  return `task#${letter.subject.taskId}`
}
