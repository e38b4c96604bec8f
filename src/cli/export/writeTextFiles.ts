import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../../model/types.js'
import type { ItemTable } from '../../ports/itemTable.js'
import { CliError } from '../cliError.js'
import type { Output } from '../output.js'
import type { WrittenTable } from '../targets/adminTarget.js'
import { csvHeader, csvLine } from './csvText.js'
import { type ExportRow, type ExportTable, rowsOf } from './rowsOf.js'

export interface TextExport {
  readonly items: Pick<ItemTable, 'scan'>
  readonly project: Project
  readonly tables: readonly ExportTable[]
  /** Folder, or `-` for stdout. */
  readonly out: string
  readonly format: 'jsonl' | 'csv'
  readonly force: boolean
  readonly output: Output
  readonly onProgress: (table: string, rows: number) => void
}

/** Writes one file a table. A file gets its name when it is whole: what is cut short leaves none that looks like one. */
export async function writeTextFiles(job: TextExport): Promise<WrittenTable[]> {
  if (job.out === '-') {
    const table = job.tables[0] as ExportTable
    return [await writeRows(job, table, 'stdout', (text) => job.output.data(text))]
  }
  const files = job.tables.map((table) => ({ table, file: join(job.out, `${table.table}.${job.format}`) }))
  for (const { file } of files) if (!job.force) await refuseExisting(file)
  await mkdir(job.out, { recursive: true })
  const written: WrittenTable[] = []
  for (const { table, file } of files) written.push(await writeFile(job, table, file))
  return written
}

export async function refuseExisting(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined)) === undefined) return
  throw new CliError('declined', `${file} exists already.`, {
    hint: 'Choose another folder, or overwrite with --force.',
  })
}

async function writeFile(job: TextExport, table: ExportTable, file: string): Promise<WrittenTable> {
  const unfinished = `${file}.unfinished`
  const handle = await open(unfinished, 'w')
  try {
    const written = await writeRows(job, table, file, (text) => handle.appendFile(text))
    await handle.sync()
    await handle.close()
    await rename(unfinished, file)
    return written
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(unfinished, { force: true })
    throw error
  }
}

async function writeRows(
  job: TextExport,
  table: ExportTable,
  file: string,
  write: (text: string) => Promise<void>,
): Promise<WrittenTable> {
  const line =
    job.format === 'csv'
      ? (row: ExportRow) => csvLine(table.columns, row)
      : (row: ExportRow) => `${JSON.stringify(row)}\n`
  if (job.format === 'csv') await write(csvHeader(table.columns))
  let rows = 0
  for await (const page of rowsOf(job.items, job.project, table)) {
    if (page.length === 0) continue
    await write(page.map(line).join(''))
    rows += page.length
    job.onProgress(table.table, rows)
  }
  return { table: table.table, rows, file }
}
