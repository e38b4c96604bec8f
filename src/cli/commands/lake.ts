import type { Command } from 'commander'
import {
  addAwsOption,
  addDataOption,
  addOutputOptions,
  addSchemaOptions,
  type DataOptions,
} from '../commonOptions.js'
import { lakePublish } from '../lake/publish.js'
import { lakePurge } from '../lake/purge.js'
import { lakeRebuild } from '../lake/rebuild.js'
import { lakeStatus } from '../lake/status.js'
import { lakeVerify } from '../lake/verify.js'

/** `ocg lake`: what SQL reads, looked at and looked after. Works beside a running host, and without one. */
export function declare(command: Command): void {
  command.addHelpText('after', '\nExamples:\n  $ ocg lake status -n shop\n  $ ocg lake verify -n shop')
  addAwsOption(
    declareOne(command, 'status', 'Show how large, how fresh and how tidy the lake is.', ''),
  ).action(async (options: AwsOptions) => {
    if (!options.aws) return lakeStatus(options)
    await (await import('../aws/lake/commands.js')).awsStatus(options)
  })
  addAwsOption(declareOne(command, 'verify', 'Compare the lake with the table, row by row.', '')).action(
    async (options: AwsOptions) => {
      if (!options.aws) return lakeVerify(options)
      await (await import('../aws/lake/commands.js')).awsVerify(options)
    },
  )
  addAwsOption(declareOne(command, 'rebuild', 'Make what SQL reads again from the table.', '')).action(
    async (options: AwsOptions) => {
      if (!options.aws) return lakeRebuild(options)
      await (await import('../aws/lake/commands.js')).awsRebuild(options)
    },
  )
  declareOne(command, 'publish', 'Bring the Parquet files up to date.', '').action(lakePublish)
  addAwsOption(
    declareOne(
      command,
      'purge <entity> <id>',
      'Leave no value of a row anywhere: not in the table, nor in any file.',
      'customer 0f8f2f6a-7c1e-4a57-9d58-3f7ad9a1c001',
    ),
  ).action(async (entity: string, id: string, options: AwsOptions) => {
    if (!options.aws) return lakePurge(entity, id, options)
    await (await import('../aws/lake/commands.js')).awsPurge(entity, id, options)
  })
}

type AwsOptions = DataOptions & { readonly aws?: boolean }

function declareOne(command: Command, usage: string, description: string, example: string): Command {
  const [name] = usage.split(' ')
  const given = example === '' ? '' : ` ${example}`
  const one = command.command(usage).description(description)
  return addOutputOptions(addDataOption(addSchemaOptions(one))).addHelpText(
    'after',
    `\nExample:\n  $ ocg lake ${name}${given} -n shop`,
  )
}
