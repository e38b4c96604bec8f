import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { formatCount } from '../textTable.js'
import { bytesText } from './bytesText.js'
import { onLake } from './onLake.js'

interface Rebuilt {
  readonly tables: number
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
}

/** `ocg lake rebuild`: with `--json`, `{ ok, tables, rows, bytes, idealBytes, seconds }` on stdout. */
export async function lakeRebuild(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const outcome = (await onLake(options, output, { kind: 'rebuild' })) as unknown as Rebuilt
  if (options.json) return output.data(`${JSON.stringify({ ok: true, ...outcome })}\n`)
  const { tables, rows, bytes, seconds } = outcome
  output.note(
    `${output.colors.green('Rebuilt')} the query image: ${formatCount(rows)} rows of ${formatCount(tables)} tables, ` +
      `${bytesText(bytes)}, in ${seconds.toFixed(1)} s.`,
  )
}
