import { type Command, Option } from 'commander'
import type { RowError } from '../../runtime/import/importRow.js'
import { EXIT_CODES } from '../cliError.js'
import {
  addAwsOption,
  addDataOption,
  addOutputOptions,
  addSchemaOptions,
  type DataOptions,
  wholeNumber,
} from '../commonOptions.js'
import { compileOrFail } from '../compileSchema.js'
import { projectOptions, runtimeLimits } from '../config/projectOptions.js'
import type { RowFormat } from '../import/planImport.js'
import { type Output, processOutput } from '../output.js'
import { startProgress } from '../progress.js'
import { formatCount, textTable } from '../textTable.js'

interface ImportOptions extends DataOptions {
  readonly table?: string
  readonly format?: RowFormat
  readonly replace?: boolean
  readonly skipExisting?: boolean
  readonly dryRun?: boolean
  readonly maxErrors?: number
  readonly wait: boolean
  readonly aws?: boolean
}

/** Errors of rows that people are shown, and that programs are given. */
const SHOWN_ERRORS = 20
const JSON_ERRORS = 1000

/** `ocg import`: each file into the table that it is named after. Good rows are imported, bad ones reported by line. */
export function declare(command: Command): void {
  command.argument(
    '<files...>',
    'JSON lines (.jsonl, .ndjson) or CSV files named after their tables; - for stdin',
  )
  addAwsOption(addDataOption(addSchemaOptions(command)))
    .option('--table <name>', 'table of the one file, whatever it is called')
    .addOption(
      new Option('--format <format>', 'format of the files, whatever they are called').choices([
        'jsonl',
        'csv',
      ]),
    )
    .addOption(new Option('--replace', 'overwrite stored rows that differ').conflicts('skipExisting'))
    .option('--skip-existing', 'leave stored rows that differ as they are')
    .option('--dry-run', 'check the rows and store nothing')
    .option('--max-errors <count>', 'stop after this many bad rows (default: never)', wholeNumber(1))
    .option('--no-wait', "don't wait until SQL shows the rows")
  addOutputOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ ocg import -n shop -f schema.graphql --data ./data track.jsonl album.csv\n  $ cat rows.jsonl | ocg import -n shop --table track -\n  $ ocg import -n shop --aws track.jsonl',
    )
    .action(importFiles)
}

async function importFiles(paths: readonly string[], options: ImportOptions): Promise<void> {
  const output = processOutput(options)
  const chosen = await projectOptions(options)
  const project = await compileOrFail(chosen, output)
  const [{ planImport }, { runImport, openDryRun }, { openImportTarget }] = await Promise.all([
    import('../import/planImport.js'),
    import('../import/runImport.js'),
    import('../targets/importTarget.js'),
  ])
  const sources = await planImport(project, paths, options)
  const target = options.dryRun ? undefined : await openImportTarget(project, chosen, options)
  const progress = startProgress(output)
  const errors = errorReport(output, () => progress.clear())
  const start = performance.now()
  try {
    const tables = []
    for (const source of sources) {
      const result = await runImport(target?.context ?? openDryRun(project, runtimeLimits(chosen)), source, {
        existing: options.replace ? 'replace' : options.skipExisting ? 'skip' : 'conflict',
        dryRun: options.dryRun === true,
        ...(options.maxErrors !== undefined && { maxErrors: options.maxErrors - errors.count() }),
        onError: (error) => errors.add(source.path, error),
        onProgress: (counts) => progress.update(() => progressLine(source.path, counts.rows, start)),
      })
      tables.push({ file: source.path, table: source.table, ...result })
      if (result.stopped) break
    }
    const seconds = (performance.now() - start) / 1000
    progress.update(() => 'Waiting until SQL shows the rows …')
    const isFresh = options.wait ? await target?.waitForSql?.() : undefined
    progress.clear()
    errors.end()
    if (errors.count() > 0) process.exitCode = EXIT_CODES.input
    if (options.json) {
      const ok = errors.count() === 0
      const summary = {
        ok,
        dryRun: options.dryRun === true,
        seconds,
        sqlFresh: isFresh,
        tables,
        errors: errors.list(),
      }
      return await output.data(`${JSON.stringify(summary)}\n`)
    }
    const header = ['table', 'created', 'unchanged', 'replaced', 'skipped', 'failed', 'file']
    const rows = tables.map((one) => [
      one.table,
      one.created,
      one.unchanged,
      one.replaced,
      one.skipped,
      one.failed,
      one.file,
    ])
    await output.data(`${textTable(header, rows)}\n`)
    const total = tables.reduce((sum, one) => sum + one.rows, 0)
    const perSecond = formatCount(Math.round(total / Math.max(seconds, 0.001)))
    const verb = options.dryRun ? 'Checked' : 'Imported'
    output.note(`${verb} ${formatCount(total)} rows in ${seconds.toFixed(1)} s, ${perSecond} rows/s.`)
    if (tables.some(({ stopped }) => stopped))
      output.note('Stopped: there were too many errors (--max-errors).')
    if (options.aws)
      output.note('SQL shows the rows as soon as their changes have been processed; see ocg dlq --aws.')
    if (isFresh === false) output.note('The rows are stored, but SQL does not show all of them yet.')
  } finally {
    await target?.close()
  }
}

function progressLine(file: string, rows: number, start: number): string {
  const perSecond = rows / ((performance.now() - start) / 1000)
  return `${file}: ${formatCount(rows)} rows, ${formatCount(Math.round(perSecond))} rows/s`
}

interface ErrorReport {
  add(file: string, error: RowError): void
  count(): number
  list(): readonly (RowError & { readonly file: string })[]
  /** Says how many were not shown. */
  end(): void
}

function errorReport(output: Output, beforeNote: () => void): ErrorReport {
  const kept: (RowError & { readonly file: string })[] = []
  let count = 0
  return {
    add(file, error) {
      count += 1
      if (kept.length < JSON_ERRORS) kept.push({ file, ...error })
      if (count > SHOWN_ERRORS || output.json) return
      beforeNote()
      const place = `${file === '-' ? 'stdin' : file}:${error.line}`
      output.note(`${output.colors.red(place)}: ${error.message} ${output.colors.dim(`(${error.code})`)}`)
    },
    count: () => count,
    list: () => kept,
    end() {
      if (count > SHOWN_ERRORS && !output.json) {
        output.note(`… and ${formatCount(count - SHOWN_ERRORS)} more rows with errors.`)
      }
    },
  }
}
