import type { Diagnostic } from '../errors/diagnostic.js'
import { renderDiagnostics } from '../errors/renderDiagnostic.js'
import type { Project } from '../model/types.js'
import type { SqlChecker } from '../ports/sqlChecker.js'
import { CliError } from './cliError.js'
import type { ProjectOptions } from './config/projectOptions.js'
import type { Output } from './output.js'
import { readSources } from './readSources.js'

export interface SchemaResult {
  /** Absent when there is an error among the diagnostics. */
  readonly project?: Project
  readonly diagnostics: readonly Diagnostic[]
}

/** Opens the engine that statements are checked by. To open it takes several times as long as to check a small schema. */
export async function openChecker(): Promise<SqlChecker> {
  const { createSqlChecker } = await import('../adapters/embedded/sqlChecker.js')
  return createSqlChecker()
}

/**
 * Reads and compiles a schema, its statements checked by the embedded engine: by `kept`, or by one that is opened for it.
 * `env` becomes a part of the name. Throws `CliError`.
 */
export async function compileSchema(
  paths: readonly string[] | undefined,
  name: string,
  env?: string,
  large?: readonly string[],
  kept?: Promise<SqlChecker>,
): Promise<SchemaResult> {
  const [sources, compiler] = await Promise.all([
    readSources(paths),
    import('../compiler/compile.js'),
    kept ?? import('../adapters/embedded/sqlChecker.js'),
  ])
  const checker = await (kept ?? openChecker())
  try {
    const result = await compiler.compileSchema(sources, { project: name, checker, ...(large && { large }) })
    if (!result.ok) return { diagnostics: result.diagnostics }
    checkLarge(result.project, large)
    const { projectOf } = await import('../deploy/config/settings.js')
    return { project: projectOf(result.project, env), diagnostics: result.diagnostics }
  } finally {
    if (!kept) await checker.close()
  }
}

/** Throws `CliError` for a table of the configuration that the schema does not have. */
function checkLarge({ entities, joinTables }: Project, large: readonly string[] = []): void {
  const tables = new Set([...entities, ...joinTables].map(({ table }) => table.toLowerCase()))
  const stranger = large.find((table) => !tables.has(table.toLowerCase()))
  if (stranger === undefined) return
  throw new CliError(
    'input',
    `The configuration marks '${stranger}' as large, and the schema has no such table.`,
    {
      hint: `Tables: ${[...tables].join(', ')}.`,
    },
  )
}

/** Loads a schema that must be right. Shows its mistakes and throws `CliError` when it is not. */
export async function compileOrFail(
  { file, baseName, env, config }: Pick<ProjectOptions, 'file' | 'baseName' | 'env' | 'config'>,
  output: Output,
): Promise<Project> {
  const { project, diagnostics } = await compileSchema(file, baseName, env, config.large)
  if (diagnostics.length > 0) showDiagnostics(diagnostics, output)
  if (project) return project
  throw new CliError('input', 'The schema has mistakes.', {
    hint: 'Each code is explained in docs/errors/. ocg validate --json gives them to programs.',
  })
}

/** Writes diagnostics for people, on stderr. */
export function showDiagnostics(diagnostics: readonly Diagnostic[], output: Output): void {
  output.note(renderDiagnostics(diagnostics, { colors: output.colors.isColorSupported }))
}
