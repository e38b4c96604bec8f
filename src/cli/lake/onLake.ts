import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { MaintenanceWork } from '../../host/maintenance/work.js'
import type { Json } from '../../model/json.js'
import { CliError } from '../cliError.js'
import type { DataOptions } from '../commonOptions.js'
import { compileOrFail } from '../compileSchema.js'
import { lakeOptions, projectOptions } from '../config/projectOptions.js'
import type { Output } from '../output.js'
import { startProgress } from '../progress.js'
import { formatCount } from '../textTable.js'

/** Does work on the lake of a data folder, by its host or without one, and shows how far it is. Answers its outcome. */
export async function onLake(options: DataOptions, output: Output, work: MaintenanceWork): Promise<Json> {
  const chosen = await projectOptions(options)
  const { folder } = chosen
  // Opening makes what is missing; whoever mistypes a folder wants to hear of it.
  if (!(await stat(join(folder, 'store')).catch(() => undefined))?.isDirectory()) {
    throw new CliError('input', `There is no data in ${folder}.`, {
      hint: 'Name the data folder with --data, or the project with -n.',
    })
  }
  const { runMaintenance } = await import('../../host/maintenance/runMaintenance.js')
  const progress = startProgress(output)
  try {
    return await runMaintenance({
      folder,
      work,
      project: () => compileOrFail(chosen, output),
      lake: lakeOptions(chosen),
      onProgress: ({ step, done, total }) => {
        const count = done === undefined ? '' : `: ${formatCount(done)}`
        const of = total === undefined ? '' : ` of ${formatCount(total)}`
        progress.update(() => `${step}${count}${of}`)
      },
    })
  } finally {
    progress.clear()
  }
}
