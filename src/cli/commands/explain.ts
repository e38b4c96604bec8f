import type { Command } from 'commander'
import { didYouMean } from '../../errors/suggest.js'
import type { Project, Statement } from '../../model/types.js'
import { CliError } from '../cliError.js'
import { addDataOption, addOutputOptions, addSchemaOptions, type DataOptions } from '../commonOptions.js'
import { compileOrFail } from '../compileSchema.js'
import { projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'

interface ExplainOptions extends DataOptions {
  readonly arg?: readonly string[]
}

/** `ocg explain`: what a statement becomes for given arguments, what it reads and gives, and how the engine runs it. */
export function declare(command: Command): void {
  command.argument('<name>', 'field of Query or Mutation whose statement is explained')
  addDataOption(addSchemaOptions(command)).option(
    '--arg <name=value>',
    'value of an argument; repeatable (default: what the schema says, else null)',
    (one: string, before: readonly string[] | undefined) => [...(before ?? []), one],
  )
  addOutputOptions(command)
    .addHelpText(
      'after',
      '\nWith the folder of a project whose host does not run, the plan is the one over its rows.\n\nExample:\n  $ ocg explain topRated -n shop -f schema.graphql --arg country=NZ --arg top=5',
    )
    .action(explain)
}

async function explain(name: string, options: ExplainOptions): Promise<void> {
  const output = processOutput(options)
  const chosen = await projectOptions(options)
  const project = await compileOrFail(chosen, output)
  const statement = findStatement(project, name)
  const [{ argumentValues }, { explanationOf }] = await Promise.all([
    import('../explain/argumentValues.js'),
    import('../explain/explanationOf.js'),
  ])
  if (statement.kind === 'insert') throw insertHasNoSql(statement.name, statement.joinTable)
  const values = argumentValues(statement.args, options.arg ?? [], statement.name)
  const explanation = await explanationOf(project, statement, values, chosen.folder)
  if (options.json) return output.data(`${JSON.stringify({ ok: true, ...explanation })}\n`)
  const { explanationText } = await import('../explain/explanationText.js')
  return output.data(`${explanationText(explanation)}\n`)
}

function findStatement({ statements }: Project, name: string): Statement {
  const lower = name.toLowerCase()
  const found =
    statements.find((one) => one.name === name) ?? statements.find((one) => one.name.toLowerCase() === lower)
  if (found) return found
  const names = statements.map((one) => one.name)
  const all = names.length === 0 ? 'The schema has none.' : `Statements: ${names.join(', ')}.`
  const near = didYouMean(name, names, (one) => one)
  throw new CliError('input', `The schema has no statement '${name}'.`, {
    hint: near ? `${near} ${all}` : all,
  })
}

function insertHasNoSql(name: string, joinTable: string): CliError {
  return new CliError('input', `${name} is an INSERT into the join table ${joinTable}: no engine runs it.`, {
    hint: 'It makes one relation, in a transaction of the table. Only a SELECT or a DELETE has a plan.',
  })
}
