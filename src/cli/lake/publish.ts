import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { onLake } from './onLake.js'

/** `ocg lake publish` */
export async function lakePublish(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const outcome = await onLake(options, output, { kind: 'publish' })
  await output.data(`${JSON.stringify(outcome)}\n`)
}
