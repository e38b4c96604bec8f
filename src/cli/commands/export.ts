import { type Command, Option } from 'commander'
import { CliError } from '../cliError.js'
import {
  addAwsOption,
  addDataOption,
  addOutputOptions,
  addSchemaOptions,
  type DataOptions,
} from '../commonOptions.js'
import { compileOrFail } from '../compileSchema.js'
import { projectOptions } from '../config/projectOptions.js'
import type { ExportTable } from '../export/rowsOf.js'
import { processOutput } from '../output.js'
import { startProgress } from '../progress.js'
import { withTarget } from '../targets/withTarget.js'
import { formatCount, textTable } from '../textTable.js'

interface ExportOptions extends DataOptions {
  readonly format: 'jsonl' | 'csv' | 'parquet'
  readonly out?: string
  readonly force?: boolean
  readonly aws?: boolean
}

/** `ocg export`: tables as files that `ocg import` takes, or as Parquet in the lake's layout. */
export function declare(command: Command): void {
  command.argument('[tables...]', 'tables to export (default: all)')
  addAwsOption(addDataOption(addSchemaOptions(command)))
    .addOption(
      new Option('--format <format>', 'format of the files')
        .choices(['jsonl', 'csv', 'parquet'])
        .default('jsonl'),
    )
    .option('--out <dir>', 'folder to write into, or - for one table on stdout (default: - for one table)')
    .option('--force', 'overwrite files that exist')
  addOutputOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ocg export -n shop --out ./backup\n  $ ocg export track -n shop --format csv > track.csv\n  $ ocg export -n shop --format parquet --out ./lake\n  $ ocg export -n shop --aws --out ./backup',
    )
    .action(exportTablesOf)
}

async function exportTablesOf(names: readonly string[], options: ExportOptions): Promise<void> {
  const output = processOutput(options)
  const chosen = await projectOptions(options)
  const project = await compileOrFail(chosen, output)
  const { exportTables } = await import('../export/rowsOf.js')
  const tables = await chosenTables(exportTables(project), names)
  const out = options.out ?? (names.length === 1 && options.format !== 'parquet' ? '-' : undefined)
  if (out === undefined || (out === '-' && (tables.length > 1 || options.format === 'parquet'))) {
    throw new CliError('input', 'The export has no folder to go to.', {
      hint: 'Name one with --out DIR; only a single table as JSON lines or CSV can go to stdout.',
    })
  }
  const progress = startProgress(output)
  const onProgress = (table: string, rows: number) =>
    progress.update(() => `${table}: ${formatCount(rows)} rows`)
  const { format, force = false } = options
  const written = await withTarget(chosen, options, async ({ table, exportParquet }) => {
    const job = { project, tables, out, force, output, onProgress }
    if (format === 'parquet') return exportParquet(job)
    const { writeTextFiles } = await import('../export/writeTextFiles.js')
    return writeTextFiles({ ...job, items: table, format })
  })
  progress.clear()
  if (out === '-') return
  if (options.json) return output.data(`${JSON.stringify({ ok: true, tables: written })}\n`)
  output.note(
    textTable(
      ['table', 'rows', 'file'],
      written.map(({ table, rows, file }) => [table, rows, file]),
    ),
  )
}

async function chosenTables(all: readonly ExportTable[], names: readonly string[]): Promise<ExportTable[]> {
  if (names.length === 0) return [...all]
  const { didYouMean } = await import('../../errors/suggest.js')
  return [...new Set(names.map((name) => name.toLowerCase()))].map((name) => {
    const found = all.find(({ table }) => table === name)
    if (found) return found
    const tables = all.map(({ table }) => table)
    const near = didYouMean(name, tables, (one) => one)
    throw new CliError('input', `The schema has no table '${name}'.`, {
      hint: `${near ? `${near} ` : ''}Tables: ${tables.join(', ')}.`,
    })
  })
}
