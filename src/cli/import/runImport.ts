import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Project } from '../../model/types.js'
import type { BulkItemTable } from '../../ports/bulkItemTable.js'
import { DEFAULT_RUNTIME_LIMITS, type RuntimeLimits } from '../../runtime/context.js'
import type { ImportContext } from '../../runtime/import/importContext.js'
import { type ImportOptions, type ImportResult, importBatches } from '../../runtime/import/importRows.js'
import { rowParser } from '../../runtime/import/rowParser.js'
import { CliError } from '../cliError.js'
import type { ImportSource } from './planImport.js'
import { CsvFileError, readCsv } from './readCsv.js'
import { readJsonLines } from './readJsonLines.js'

/** Bytes read at once: enough rows for a batch or several. */
const CHUNK_BYTES = 512 * 1024

/** Imports one file, or stdin. Rows that fail are told to `onError`; throws `CliError` for a file that can't be read. */
export async function runImport(
  context: ImportContext,
  source: ImportSource,
  options: Omit<ImportOptions, 'form'>,
): Promise<ImportResult> {
  const bytes =
    source.path === '-' ? process.stdin : createReadStream(source.path, { highWaterMark: CHUNK_BYTES })
  try {
    if (source.format === 'jsonl') {
      return await importBatches(context, source.table, readJsonLines(bytes), { ...options, form: 'json' })
    }
    const rows = readCsv(bytes, csvHeader(context, source.table))
    return await importBatches(context, source.table, rows, { ...options, form: 'text' })
  } catch (error) {
    if (!(error instanceof CsvFileError)) throw error
    const place = `${source.path === '-' ? 'stdin' : source.path}:${error.line}`
    throw new CliError('input', `${place}: ${error.message}`, { cause: error })
  } finally {
    ;(bytes as Readable).destroy()
  }
}

function csvHeader(context: ImportContext, table: string): Parameters<typeof readCsv>[1] {
  const parser = rowParser(context.project, table, { form: 'text', years: context.limits.years })
  if (!parser) throw new Error(`invariant: the plan names a table ${table} that the model has not`)
  return { columns: parser.columns, checkHeader: (columns) => parser.checkHeader(columns) }
}

/** A context that can check rows and store none: `--dry-run` opens no folder. */
export function openDryRun(project: Project, limits: Partial<RuntimeLimits>): ImportContext {
  const table = new Proxy({} as BulkItemTable, {
    get: () => {
      throw new Error('invariant: a dry run stores nothing')
    },
  })
  return {
    project,
    clock: { now: () => Date.now() },
    random: { uuid: () => randomUUID() },
    limits: { ...DEFAULT_RUNTIME_LIMITS, ...limits },
    table,
  }
}
