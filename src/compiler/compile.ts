import type { Diagnostic, Source } from '../errors/diagnostic.js'
import { indexSource } from '../errors/sourceText.js'
import { canonicalJson } from '../model/canonicalJson.js'
import { deepFreeze, type Json } from '../model/json.js'
import { sha256Hex } from '../model/keys.js'
import { MODEL_FORMAT, type Project } from '../model/types.js'
import type { SqlChecker } from '../ports/sqlChecker.js'
import { buildOperations } from './buildOperations.js'
import { buildTypes } from './buildTypes.js'
import { checkNames } from './checkNames.js'
import { checkProjectName } from './checkProjectName.js'
import { checkSchema } from './checkSchema.js'
import { checkStatements } from './checkStatements.js'
import { parseSources } from './parse.js'
import { printApi } from './print/printApi.js'
import { createReport } from './report.js'
import { unusedTypes } from './rules/unusedTypes.js'
import { collectSchema } from './schema.js'

export interface CompileOptions {
  /** Name of the project. */
  readonly project: string
  /** Checks statements with a real engine. Default: none, so that only the compiler's own checks are made. */
  readonly checker?: SqlChecker
  /** Entities and join tables that are large: a statement that reads every day of one is warned of. */
  readonly large?: readonly string[]
}

export type CompileResult =
  /** `diagnostics` are warnings. */
  | { readonly ok: true; readonly project: Project; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * Compiles a schema, in one file or several, to the model: frozen plain JSON that is all a host needs. Or says every
 * mistake in it, in the order of the files. Never throws because of what the texts are.
 *
 * @example
 * const result = await compileSchema([{ file: 'schema.graphql', text }], { project: 'shop' })
 * if (!result.ok) console.error(renderDiagnostics(result.diagnostics))
 */
export async function compileSchema(
  sources: readonly Source[],
  options: CompileOptions,
): Promise<CompileResult> {
  const texts = sources.map(indexSource)
  const report = createReport(texts)

  checkProjectName(options.project, report)
  const schema = collectSchema(parseSources(texts, report))
  checkSchema(schema, report)
  const types = buildTypes(schema)
  const checked = await checkStatements(schema, types, report, options.checker, options.large)
  checkNames(schema, types, checked, report)
  unusedTypes(schema, report)

  const diagnostics = report.diagnostics()
  if (report.hasErrors()) return { ok: false, diagnostics }
  const { statements, joinTables } = checked
  const operations = buildOperations(types.entities, statements)
  const model = { ...types, joinTables, statements, operations }
  return { ok: true, project: finish(options.project, { ...model, sdl: printApi(model) }), diagnostics }
}

type Content = Omit<Project, 'format' | 'name' | 'hash'>

function finish(name: string, content: Content): Project {
  // A round trip through JSON leaves what every host will see: no undefined, no shared objects.
  const plain = JSON.parse(JSON.stringify({ format: MODEL_FORMAT, ...content })) as Content & {
    format: typeof MODEL_FORMAT
  }
  const hash = sha256Hex(canonicalJson(plain as unknown as Json)).slice(0, 32)
  return deepFreeze({ ...plain, name, hash })
}
