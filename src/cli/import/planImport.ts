import { stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { didYouMean } from '../../errors/suggest.js'
import type { Project } from '../../model/types.js'
import { CliError } from '../cliError.js'

export type RowFormat = 'jsonl' | 'csv'

/** One file and where it goes. */
export interface ImportSource {
  /** As the user named it; `-` is stdin. */
  readonly path: string
  /** Lake name. */
  readonly table: string
  readonly format: RowFormat
  /** Undefined for what is no regular file. */
  readonly bytes: number | undefined
}

const FORMATS: Readonly<Record<string, RowFormat>> = { '.jsonl': 'jsonl', '.ndjson': 'jsonl', '.csv': 'csv' }

/**
 * Decides what each file is and where it goes, entities before the relations between them. Throws `CliError` before
 * anything is imported.
 */
export async function planImport(
  project: Project,
  paths: readonly string[],
  options: { readonly table?: string; readonly format?: RowFormat },
): Promise<ImportSource[]> {
  if (options.table !== undefined && paths.length > 1) {
    throw new CliError('input', `--table names one table, but there are ${paths.length} files.`, {
      hint: 'Import them one by one, or name each file after its table.',
    })
  }
  const sources: ImportSource[] = []
  for (const path of paths) sources.push(await planFile(project, path, options))
  const isRelation = ({ table }: ImportSource) => project.joinTables.some((one) => one.table === table)
  return [...sources.filter((source) => !isRelation(source)), ...sources.filter(isRelation)]
}

async function planFile(
  project: Project,
  path: string,
  options: { readonly table?: string; readonly format?: RowFormat },
): Promise<ImportSource> {
  if (path === '-' && options.table === undefined) {
    throw new CliError('input', 'Rows from stdin need to know their table.', {
      hint: 'Name it: --table track',
    })
  }
  const extension = extname(path).toLowerCase()
  const table = tableOf(project, options.table ?? basename(path, extname(path)), path)
  const format = options.format ?? (path === '-' ? 'jsonl' : FORMATS[extension])
  if (!format) {
    throw new CliError('input', `The format of ${path} can't be told from its name.`, {
      hint: 'Expected .jsonl, .ndjson or .csv; or say it with --format.',
    })
  }
  if (path === '-') return { path, table, format, bytes: undefined }
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause
    throw new CliError('input', `The file ${path} does not exist.`)
  })
  if (found.isDirectory()) {
    throw new CliError('input', `${path} is a folder.`, { hint: `Name the files in it: ${path}/*.jsonl` })
  }
  return { path, table, format, bytes: found.isFile() ? found.size : undefined }
}

function tableOf(project: Project, name: string, path: string): string {
  const tables = [...project.entities, ...project.joinTables].map(({ table }) => table)
  const table = name.toLowerCase()
  if (tables.includes(table)) return table
  const near = didYouMean(table, tables, (one) => one)
  throw new CliError('input', `${path === '-' ? 'stdin' : path}: the schema has no table '${name}'.`, {
    hint: `${near ? `${near} ` : ''}A file goes into the table that it is named after; --table names another. Tables: ${tables.join(', ')}.`,
  })
}
