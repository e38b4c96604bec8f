import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { onLake } from './onLake.js'

/** `ocg lake status` */
export async function lakeStatus(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const outcome = await onLake(options, output, { kind: 'status' })
  await output.data(`${JSON.stringify(outcome)}\n`)
}
