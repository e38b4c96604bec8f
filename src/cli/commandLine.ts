import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { CliError, EXIT_CODES } from './cliError.js'
import { reportFailure } from './reportFailure.js'

/** A command's file: declares options and what to do. Everything heavy is imported when the command runs. */
export interface CommandModule {
  /** Adds arguments, options, example and action. */
  declare(command: Command): void
}

interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<CommandModule>
}

const COMMANDS: readonly CommandEntry[] = [
  { name: 'init', summary: 'write a small schema to start from', load: () => import('./commands/init.js') },
  { name: 'dev', summary: 'run the backend and follow the schema', load: () => import('./commands/dev.js') },
  {
    name: 'serve',
    summary: 'run the backend for others, behind its API key',
    load: () => import('./commands/serve.js'),
  },
  {
    name: 'validate',
    summary: 'report every mistake in the schema',
    load: () => import('./commands/validate.js'),
  },
  { name: 'print', summary: 'print the generated API', load: () => import('./commands/print.js') },
  {
    name: 'explain',
    summary: 'show what a statement becomes and reads',
    load: () => import('./commands/explain.js'),
  },
  { name: 'import', summary: 'load JSON lines and CSV files', load: () => import('./commands/import.js') },
  {
    name: 'export',
    summary: 'write tables as JSON lines, CSV or Parquet',
    load: () => import('./commands/export.js'),
  },
  { name: 'tasks', summary: 'list, show and cancel tasks', load: () => import('./commands/tasks.js') },
  { name: 'dlq', summary: 'list and replay dead letters', load: () => import('./commands/dlq.js') },
  {
    name: 'lake',
    summary: 'look after the lake that SQL reads',
    load: () => import('./commands/lake.js'),
  },
  {
    name: 'synth',
    summary: 'write the templates of a deployment on AWS',
    load: () => import('./commands/synth.js'),
  },
  {
    name: 'diff',
    summary: 'say what a deployment would change',
    load: () => import('./commands/diff.js'),
  },
  { name: 'deploy', summary: 'deploy the backend to AWS', load: () => import('./commands/deploy.js') },
  {
    name: 'destroy',
    summary: 'take a deployment down, and keep its data',
    load: () => import('./commands/destroy.js'),
  },
  {
    name: 'logs',
    summary: "show a deployed project's logs",
    load: () => import('./commands/logs.js'),
  },
  { name: 'doctor', summary: 'say what is missing', load: () => import('./commands/doctor.js') },
]

/**
 * Runs one command line (without `node` and the script) and resolves with its exit code. Only the file of the
 * command that is asked for is loaded.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const program = new Command('ocg')
    .description('One GraphQL schema in, a whole backend out.')
    .version(packageVersion(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', '\nExample:\n  $ ocg init shop && cd shop && ocg dev')
    .showHelpAfterError('Run ocg --help for the list of commands.')
    .exitOverride()
  // What goes to stderr is one object then, in which the failure is told below.
  const told: string[] = []
  if (args.includes('--json')) program.configureOutput({ writeErr: (text) => void told.push(text.trim()) })
  const wanted = wantedCommand(args)
  for (const { name, summary, load } of COMMANDS) {
    const command = program
      .command(name)
      .summary(summary)
      .description(`${sentence(summary)}.`)
    command.copyInheritedSettings(program).showHelpAfterError(`Run ocg ${name} --help for its options.`)
    if (name !== wanted) continue
    const { declare } = await load()
    declare(command)
    for (const one of command.commands) {
      one.showHelpAfterError(`Run ocg ${name} ${one.name()} --help for its options.`)
    }
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT_CODES.done
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, args)
    if (error.exitCode === 0) return EXIT_CODES.done
    return args.includes('--json') ? reportFailure(usageFailure(error, told.at(-1)), args) : EXIT_CODES.input
  }
}

/** What commander has found wrong with the line; `hint` is what it says last. */
function usageFailure({ code, message }: CommanderError, hint: string | undefined): CliError {
  if (code === 'commander.help') {
    return new CliError('input', 'The command line names no command.', {
      hint: 'Run it again with --help for the list of commands.',
    })
  }
  const text = sentence(message.replace(/^error: /, '').replaceAll('\n', ' '))
  return new CliError('input', /[.)]$/.test(text) ? text : `${text}.`, hint === undefined ? {} : { hint })
}

/** The command that a line names: `ocg dev …`, `ocg help dev`, `ocg --no-color dev`. */
function wantedCommand(args: readonly string[]): string | undefined {
  const words = args.filter((arg) => !arg.startsWith('-'))
  return words[0] === 'help' ? words[1] : words[0]
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
