import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { onLake } from './onLake.js'

/** `ocg lake rebuild` */
export async function lakeRebuild(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const outcome = await onLake(options, output, { kind: 'rebuild' })
  await output.data(`${JSON.stringify(outcome)}\n`)
}
