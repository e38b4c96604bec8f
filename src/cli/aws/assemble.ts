import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DeploymentSettings } from '../../deploy/config/settings.js'
import type { Synthesis } from '../../deploy/synthesize.js'
import type { Project } from '../../model/types.js'
import { CliError } from '../cliError.js'
import { compileOrFail } from '../compileSchema.js'
import type { ProjectOptions } from '../config/projectOptions.js'
import type { Output } from '../output.js'
import { loadPackage } from './loadPackage.js'

/** Where the functions' code is: beside the compiled command line, or where a checkout builds it. */
const BUNDLES = ['../../lambda', '../../../dist/lambda'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

/** A cloud assembly that has just been written. */
export interface Assembled {
  readonly project: Project
  readonly settings: DeploymentSettings
  readonly synthesis: Synthesis
}

/** Compiles the schema and writes its cloud assembly. Throws `CliError` for mistakes in the schema or configuration. */
export async function assemble(
  chosen: ProjectOptions,
  options: { readonly out: string; readonly bundles?: string },
  output: Output,
): Promise<Assembled> {
  const [project, { settingsOf }, { synthesize }, { SynthesisError }] = await Promise.all([
    compileOrFail(chosen, output),
    import('../config/settingsOf.js'),
    loadPackage(() => import('../../deploy/synthesize.js')),
    import('../../deploy/synthesisError.js'),
  ])
  const settings = settingsOf(project, chosen)
  const bundles = options.bundles ?? BUNDLES.find(existsSync)
  if (bundles === undefined) {
    throw new CliError('environment', "The functions' code is not there.", {
      hint: 'In a checkout, build it first: npm run build',
    })
  }
  try {
    const synthesis = synthesize({ project, settings, bundles, out: options.out })
    return { project, settings, synthesis }
  } catch (cause) {
    if (cause instanceof SynthesisError) throw new CliError('input', cause.message, { cause })
    throw cause
  }
}
