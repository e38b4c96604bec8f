import type { Command } from 'commander'
import { CliError } from '../cliError.js'
import { type AdminOptions, addNameOptions, addOutputOptions } from '../commonOptions.js'
import { projectOptions } from '../config/projectOptions.js'
import { type Output, processOutput } from '../output.js'
import { startProgress } from '../progress.js'

interface DestroyOptions extends AdminOptions {
  readonly yes?: boolean
  readonly deleteData?: boolean
  readonly confirm?: string
}

/** `ocg destroy`: takes the stack down. Data stays, unless the user asks for its deletion, twice. */
export function declare(command: Command): void {
  addNameOptions(command)
    .option('--yes', 'do not ask whether to take it down; for CI')
    .option('--delete-data', "delete the table and the buckets too, for good; wants the project's name typed")
    .option('--confirm <name>', "the project's name, instead of typing it; for CI")
  addOutputOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ocg destroy -n shop\n  $ ocg destroy -n shop --env test --yes --delete-data --confirm shop-test',
    )
    .action(destroy)
}

async function destroy(options: DestroyOptions): Promise<void> {
  const output = processOutput(options)
  const { name } = await projectOptions(options)
  const [{ callerIdentity }, { destroyStack }, data, { hasStack }, { resourceNames }, { onAws }] =
    await Promise.all([
      import('../aws/account.js'),
      import('../aws/destroyStack.js'),
      import('../aws/keptData.js'),
      import('../aws/deployedState.js'),
      import('../../deploy/plan/names.js'),
      import('../aws/awsFailure.js'),
    ])
  await onAws(async () => {
    const { account } = await callerIdentity()
    const { stack } = resourceNames(name)
    const resources = data.dataResources(name, account)
    const isThere = await hasStack(stack)
    const present = await data.keptData(resources)
    if (!isThere && present.length === 0) {
      throw new CliError('input', `${name} is not deployed in account ${account}.`, {
        hint: 'Check -n, --env, AWS_PROFILE and AWS_REGION.',
      })
    }
    await confirm(name, account, present, options, output)
    if (isThere) await destroyStack(stack, output)
    const progress = startProgress(output)
    const deleted = options.deleteData
      ? await data.deleteData(resources, (text) => progress.update(() => text))
      : []
    progress.clear()
    const kept = options.deleteData ? [] : await data.keptData(resources)
    if (output.json) return output.data(`${JSON.stringify({ ok: true, project: name, kept, deleted })}\n`)
    if (isThere) output.note(`${output.colors.green('Taken down')}: ${name}.`)
    if (deleted.length > 0) output.note(`Deleted for good: ${deleted.join(', ')}.`)
    if (kept.length > 0) {
      output.note(`Kept: ${kept.join(', ')}. The next deployment of ${name} takes them in again.`)
    }
  })
}

/** The first question is about the stack, the second about the data. */
async function confirm(
  name: string,
  account: string,
  present: readonly string[],
  { yes, deleteData, confirm: typed }: DestroyOptions,
  output: Output,
): Promise<void> {
  const { confirmByName, confirmOrDecline } = await import('../aws/confirm.js')
  if (typed !== undefined && typed !== name) {
    throw new CliError(
      'declined',
      `--confirm says '${typed}', but the project is ${name}. Nothing was changed.`,
    )
  }
  if (!yes) await confirmOrDecline(`Take ${name} in account ${account} down?`, output)
  if (!deleteData || typed === name) return
  const list = present.join(', ')
  await confirmByName(`This deletes ${list} for good. Type the project's name to go on:`, name, output)
}
