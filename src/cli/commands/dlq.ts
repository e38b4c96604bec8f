import type { Command } from 'commander'
import { CliError, EXIT_CODES } from '../cliError.js'
import { type AdminOptions, addAdminOptions, wholeNumber } from '../commonOptions.js'
import { projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'
import { withTarget } from '../targets/withTarget.js'
import { oneLine, textTable } from '../textTable.js'

/** `ocg dlq`: changes and messages that kept failing. Works beside a running host. */
export function declare(command: Command): void {
  command.addHelpText('after', '\nExamples:\n  $ ocg dlq list -n shop\n  $ ocg dlq replay --all -n shop')
  addAdminOptions(
    command.command('list', { isDefault: true }).description('List dead letters, the oldest first.'),
  )
    .option('--limit <count>', 'most dead letters to list', wholeNumber(1), 100)
    .addHelpText('after', '\nExample:\n  $ ocg dlq list -n shop --json')
    .action(list)
  addAdminOptions(command.command('replay [ids...]').description('Put dead letters on their way again.'))
    .option('--all', 'replay every dead letter')
    .addHelpText('after', '\nExample:\n  $ ocg dlq replay 00000000000000000007 -n shop')
    .action(replay)
}

async function list(options: AdminOptions & { readonly limit: number }): Promise<void> {
  const output = processOutput(options)
  const chosen = await projectOptions({ ...options, needsName: options.aws === true })
  const { letters, total } = await withTarget(chosen, options, ({ deadLetters }) =>
    deadLetters.list(options.limit),
  )
  if (options.json) {
    const all = letters.map(({ json }) => json)
    return output.data(`${JSON.stringify({ deadLetters: all, total })}\n`)
  }
  if (total === 0) return output.note('There are no dead letters.')
  const rows = letters.map((letter) => [
    letter.id,
    letter.source,
    letter.subject,
    letter.attempts,
    letter.createdAt,
    letter.error,
  ])
  await output.data(`${textTable(['id', 'from', 'subject', 'attempts', 'since', 'error'], rows)}\n`)
  if (total > letters.length) output.note(`… and ${total - letters.length} more; --limit shows them.`)
}

async function replay(
  ids: readonly string[],
  options: AdminOptions & { readonly all?: boolean },
): Promise<void> {
  const output = processOutput(options)
  if ((ids.length === 0) !== (options.all === true)) {
    throw new CliError('input', 'Say which dead letters to replay: their ids, or --all.', {
      hint: 'See: ocg dlq list',
    })
  }
  const chosen = await projectOptions({ ...options, needsName: options.aws === true })
  const wanted = options.all ? undefined : [...new Set(ids)]
  const { replayed, missing, note } = await withTarget(chosen, options, ({ deadLetters }) =>
    deadLetters.replay(wanted),
  )
  if (missing.length > 0) process.exitCode = EXIT_CODES.input
  if (options.json) return output.data(`${JSON.stringify({ ok: missing.length === 0, replayed, missing })}\n`)
  for (const id of missing)
    output.note(`${output.colors.red('error')}: There is no dead letter ${oneLine(id)}.`)
  output.note(`Replayed ${replayed.length} ${replayed.length === 1 ? 'dead letter' : 'dead letters'}.`)
  if (note) output.note(note)
}
