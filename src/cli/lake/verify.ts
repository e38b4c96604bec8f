import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { onLake } from './onLake.js'

/** `ocg lake verify` */
export async function lakeVerify(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const outcome = await onLake(options, output, { kind: 'verify' })
  await output.data(`${JSON.stringify(outcome)}\n`)
}
