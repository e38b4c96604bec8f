import type { Command } from 'commander'
import { EXIT_CODES } from '../cliError.js'
import { addOutputOptions, addSchemaOptions, type SchemaOptions } from '../commonOptions.js'
import { compileSchema, showDiagnostics } from '../compileSchema.js'
import { projectOptions } from '../config/projectOptions.js'
import { processOutput } from '../output.js'

interface ValidateOptions extends SchemaOptions {
  readonly print?: boolean
}

/** `ocg validate`: every mistake of a schema at once. With `--json`, `{ ok, diagnostics }` on stdout. */
export function declare(command: Command): void {
  addSchemaOptions(command).option('--print', 'print the generated API when the schema is right')
  addOutputOptions(command)
    .addHelpText('after', '\nExample:\n  $ ocg validate -n shop -f schema.graphql --json')
    .action(validate)
}

async function validate(options: ValidateOptions): Promise<void> {
  const output = processOutput(options)
  const { file, baseName, env, config } = await projectOptions(options)
  const { project, diagnostics } = await compileSchema(file, baseName, env, config.large)
  if (!project) process.exitCode = EXIT_CODES.input
  if (options.json) {
    const printed = options.print && project ? { sdl: project.sdl } : {}
    return output.data(`${JSON.stringify({ ok: project !== undefined, diagnostics, ...printed })}\n`)
  }
  if (diagnostics.length > 0) showDiagnostics(diagnostics, output)
  if (!project) return
  if (options.print) return output.data(`${project.sdl.trimEnd()}\n`)
  const { entities, joinTables, statements, operations } = project
  output.note(
    `${output.colors.green('The schema is right')}: ${count(entities.length, 'entity', 'entities')}, ` +
      `${count(joinTables.length, 'join table')}, ${count(statements.length, 'statement')}, ` +
      `${count(operations.length, 'operation')}.`,
  )
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
