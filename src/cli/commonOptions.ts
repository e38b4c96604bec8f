import { type Command, InvalidArgumentError, Option } from 'commander'

/** Options that every command takes. */
export interface OutputOptions {
  readonly json?: boolean
  readonly color?: boolean
}

/** Options of commands that need a project: its name and its schema. */
export interface SchemaOptions extends OutputOptions {
  readonly name?: string
  readonly file?: readonly string[]
  readonly config?: string
  readonly env?: string
}

/** Options of commands that work on a data folder. */
export interface DataOptions extends SchemaOptions {
  readonly data?: string
  /** False for a command that needs no name when its folder is given. */
  readonly needsName?: boolean
}

/** Options of commands that look after a project that runs, in a data folder or on AWS. */
export interface AdminOptions extends OutputOptions {
  readonly name?: string
  readonly config?: string
  readonly env?: string
  readonly data?: string
  readonly aws?: boolean
}

/** Adds `--json` and `--no-color`. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON for programs on stdout')
    .option('--no-color', 'print without colours')
}

/** Adds `-n`, `--env` and `--config`. */
export function addNameOptions(command: Command): Command {
  return command
    .option('-n, --name <name>', "the project's name (default: the name of the current folder)")
    .option('--env <env>', 'environment, such as prod: another project, called <name>-<env>')
    .option('--config <path>', 'configuration file (default: ocg.config.ts, if it is there)')
}

/** Adds `-n`, `-f`, `--env` and `--config`. */
export function addSchemaOptions(command: Command): Command {
  return addNameOptions(command).addOption(
    new Option(
      '-f, --file <path>',
      'schema file, or a folder of .graphql files; repeatable (default: schema.graphql)',
    ).argParser((path: string, before: readonly string[] | undefined) => [...(before ?? []), path]),
  )
}

/** Adds `--data`. */
export function addDataOption(command: Command): Command {
  return command.option('--data <dir>', 'data folder (default: .ocg/<name>)')
}

/** Adds `--aws`. */
export function addAwsOption(command: Command): Command {
  return command.addOption(
    new Option('--aws', 'work on the deployed project instead of a data folder').conflicts('data'),
  )
}

/** Adds what commands take that look after a project, in a data folder or on AWS. */
export function addAdminOptions(command: Command): Command {
  return addOutputOptions(addAwsOption(addDataOption(addNameOptions(command))))
}

/** Parser of an option that takes a whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Expected a whole number ${range}.`)
  }
}
