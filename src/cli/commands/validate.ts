import type { Command } from 'commander'
import type { Project } from '../../model/types.js'
import { EXIT_CODES } from '../cliError.js'
import { addOutputOptions, addSchemaOptions, type DataOptions } from '../commonOptions.js'
import { compileSchema, showDiagnostics } from '../compileSchema.js'
import { projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'

interface ValidateOptions extends DataOptions {
  readonly print?: boolean
}

/**
 * `ocg validate`: every mistake of a schema at once, and with `--data` what the stored rows contradict. With `--json`,
 * `{ ok, diagnostics, contradictions }` on stdout.
 */
export function declare(command: Command): void {
  addSchemaOptions(command)
    .option('--data <dir>', 'data folder whose rows must fit the schema too; a host may run on it')
    .option('--print', 'print the generated API when the schema is right')
  addOutputOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ocg validate -n shop -f schema.graphql --json\n  $ ocg validate -n shop -f next.graphql --data .ocg/shop',
    )
    .action(validate)
}

async function validate(options: ValidateOptions): Promise<void> {
  const output = processOutput(options)
  const { file, baseName, env, config, folder } = await projectOptions(options)
  const { project, diagnostics } = await compileSchema(file, baseName, env, config.large)
  const contradictions =
    project && options.data !== undefined ? await contradictionsIn(folder, project) : undefined
  const ok = project !== undefined && (contradictions ?? []).length === 0
  if (!ok) process.exitCode = EXIT_CODES.input
  if (options.json) {
    const printed = options.print && project ? { sdl: project.sdl } : {}
    return output.data(
      `${JSON.stringify({ ok, diagnostics, ...(contradictions && { contradictions }), ...printed })}\n`,
    )
  }
  if (diagnostics.length > 0) showDiagnostics(diagnostics, output)
  for (const one of contradictions ?? []) output.note(`${output.colors.red('error')}: ${one}`)
  if (!project || !ok) return
  if (options.print) return output.data(`${project.sdl.trimEnd()}\n`)
  const { entities, joinTables, statements, operations } = project
  output.note(
    `${output.colors.green('The schema is right')}: ${count(entities.length, 'entity', 'entities')}, ` +
      `${count(joinTables.length, 'join table')}, ${count(statements.length, 'statement')}, ` +
      `${count(operations.length, 'operation')}.`,
  )
  if (contradictions) output.note(`The rows in ${folder} fit it.`)
}

async function contradictionsIn(folder: string, project: Project): Promise<readonly string[]> {
  const [{ withStore }, { storedContradictions }] = await Promise.all([
    import('../openStoreOf.js'),
    import('../../runtime/migration/checkStoredData.js'),
  ])
  return withStore(folder, (store) => storedContradictions(project, store.table, store.fieldHistory))
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
