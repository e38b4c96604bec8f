import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { onLake } from './onLake.js'

/** `ocg lake purge` */
export async function lakePurge(table: string, id: string, options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const outcome = await onLake(options, output, { kind: 'purge', table: table.toLowerCase(), id })
  await output.data(`${JSON.stringify(outcome)}\n`)
}
