import type { Project } from '../../model/types.js'
import type { ImportContext } from '../../runtime/import/importContext.js'
import { type ProjectOptions, runtimeLimits } from '../config/projectOptions.js'

/** Where an import writes to. */
export interface ImportTarget {
  readonly context: ImportContext
  /**
   * Resolves when SQL shows everything that was written before the call; false when it has stopped coming nearer.
   * Absent where nobody can tell.
   */
  readonly waitForSql?: () => Promise<boolean>
  close(): Promise<void>
}

/** Opens a data folder, or the table on AWS. Throws `CliError` when another version of the schema is in use there. */
export async function openImportTarget(
  project: Project,
  chosen: ProjectOptions,
  options: { readonly aws?: boolean },
): Promise<ImportTarget> {
  if (options.aws) {
    const { openAwsImport } = await import('./awsImport.js')
    return openAwsImport(project, chosen)
  }
  const { openEmbeddedImport } = await import('./embeddedImport.js')
  return openEmbeddedImport(project, chosen.folder, runtimeLimits(chosen))
}
