import type { LakeStatus } from '../../host/maintenance/status.js'
import type { DataOptions } from '../commonOptions.js'
import { processOutput } from '../output.js'
import { formatCount, textTable } from '../textTable.js'
import { bytesText } from './bytesText.js'
import { onLake } from './onLake.js'

/** `ocg lake status`: a table and three lines on stdout; with `--json`, `{ ok, tables, sql, image, published }`. */
export async function lakeStatus(options: DataOptions): Promise<void> {
  const output = processOutput(options)
  const status = (await onLake(options, output, { kind: 'status' })) as unknown as LakeStatus
  if (options.json) return output.data(`${JSON.stringify({ ok: true, ...status })}\n`)
  const rows = status.tables.map(({ table, rows, hotShare, files, bytes, imageBytes }) => [
    table,
    rows,
    percent(hotShare),
    files,
    bytesText(bytes),
    bytesText(imageBytes),
  ])
  const header = ['table', 'rows', 'hot', 'files', 'in files', 'in image']
  await output.data(`${textTable(header, rows)}\n\n${linesOf(status).join('\n')}\n`)
}

function linesOf({ sql, image, published }: LakeStatus): string[] {
  const { lagRecords, lagSeconds } = sql
  const behind = `is ${formatCount(lagRecords)} change records behind, ${seconds(lagSeconds)}`
  return [
    `SQL        ${lagRecords === 0 ? 'shows every write' : behind}`,
    `image      ${bytesText(image.bytes)}, ideal ${bytesText(image.idealBytes)}; rewritten ${image.rewrittenAt}`,
    `published  ${publishedText(published)}`,
  ]
}

function publishedText({ publishedAt, files, bytes, lagSeconds }: LakeStatus['published']): string {
  if (publishedAt === undefined) return 'not yet; ocg lake publish does it at once'
  const waiting = lagSeconds === 0 ? '' : `; changes wait for ${seconds(lagSeconds)}`
  return `${publishedAt}, ${formatCount(files)} files of ${bytesText(bytes)}${waiting}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function seconds(count: number): string {
  return `${count.toFixed(1)} s`
}
