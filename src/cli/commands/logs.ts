import { type Command, InvalidArgumentError, Option } from 'commander'
import { sinceTime } from '../aws/logLine.js'
import { addOutputOptions, addSchemaOptions, type SchemaOptions } from '../commonOptions.js'
import { compileOrFail } from '../compileSchema.js'
import { projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'

interface LogsOptions extends SchemaOptions {
  readonly follow?: boolean
  /** Milliseconds since 1970. */
  readonly since: number
}

/** `ocg logs`: what the functions of a deployed project say. */
export function declare(command: Command): void {
  command.argument('[function]', 'field of the API, or kind of function (default: all)')
  addSchemaOptions(command)
    .option('--follow', 'go on with what comes')
    .addOption(
      new Option('--since <time>', 'from then on: 15m, 2h, 1d, or a time')
        .argParser(since)
        .default(since('15m'), '15m'),
    )
  addOutputOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ocg logs createTrack -n shop --since 1h\n  $ ocg logs streamProcessor -n shop --follow',
    )
    .action(logs)
}

function since(text: string): number {
  const time = sinceTime(text, Date.now())
  if (time !== undefined) return time
  throw new InvalidArgumentError('Expected 15m, 2h, 1d, or a time such as 2026-01-31T12:00:00Z.')
}

async function logs(wanted: string | undefined, options: LogsOptions): Promise<void> {
  const output = processOutput(options)
  const project = await compileOrFail(await projectOptions(options), output)
  const [{ logGroups }, { readLogs }, { logLine }, { onAws }] = await Promise.all([
    import('../aws/logGroups.js'),
    import('../aws/readLogs.js'),
    import('../aws/logLine.js'),
    import('../aws/awsFailure.js'),
  ])
  const groups = logGroups(project, wanted)
  await onAws(async () => {
    let count = 0
    for await (const event of readLogs(groups, { since: options.since, follow: options.follow === true })) {
      count += 1
      await output.data(`${options.json ? JSON.stringify(event) : logLine(event, output.colors)}\n`)
    }
    if (count === 0 && !options.json) output.note('Nothing was logged. --since looks further back.')
  })
}
