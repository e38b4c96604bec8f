import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { formatCount } from '../textTable.js'
import { bytesText } from './bytesText.js'
import { onLake } from './onLake.js'

interface Published {
  readonly tables: number
  readonly files: number
  readonly bytes: number
  readonly written: number
  readonly removed: number
}

/** `ocg lake publish`: with `--json`, `{ ok, publishedAt, tables, files, bytes, written, rows, removed, … }` on stdout. */
export async function lakePublish(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const outcome = (await onLake(options, output, { kind: 'publish' })) as unknown as Published
  if (options.json) return output.data(`${JSON.stringify({ ok: true, ...outcome })}\n`)
  const { tables, files, bytes, written, removed } = outcome
  output.note(
    `${output.colors.green('Published')}: ${formatCount(written)} files written, ${formatCount(removed)} removed; ` +
      `the lake has ${formatCount(tables)} tables in ${formatCount(files)} files of ${bytesText(bytes)}.`,
  )
}
