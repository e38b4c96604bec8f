import { EXIT_CODES } from '../../cliError.js'
import type { SchemaOptions } from '../../commonOptions.js'
import { compileOrFail } from '../../compileSchema.js'
import { projectOptions } from '../../config/projectOptions.js'
import { type Output, processOutput } from '../../output.js'
import { startProgress } from '../../progress.js'
import { formatCount, oneLine, textTable } from '../../textTable.js'
import { type AwsLake, withAwsLake } from './openAwsLake.js'
import { awsLakeStatus, statusTable } from './status.js'
import { type AwsDifference, verifyAwsLake } from './verify.js'

type Step = (step: string, done: number, total?: number) => void

/** Opens the lake of the project that options name, and shows how far the work on it is. Throws `CliError`. */
export async function onAwsLake<T>(
  options: SchemaOptions,
  output: Output,
  work: (lake: AwsLake, onProgress: Step) => Promise<T>,
): Promise<T> {
  const chosen = await projectOptions(options)
  const project = await compileOrFail(chosen, output)
  const progress = startProgress(output)
  try {
    return await withAwsLake(chosen, project, (lake) =>
      work(lake, (step, done, total) => {
        const of = total === undefined ? '' : ` of ${formatCount(total)}`
        progress.update(() => `${step}: ${formatCount(done)}${of}`)
      }),
    )
  } finally {
    progress.clear()
  }
}

/** `ocg lake status --aws`: a line for each table on stdout; with `--json`, `{ tables }`. */
export async function awsStatus(options: SchemaOptions): Promise<void> {
  const output = processOutput(options)
  const tables = await onAwsLake(options, output, awsLakeStatus)
  if (options.json) return output.data(`${JSON.stringify({ tables })}\n`)
  await output.data(`${statusTable(tables, Date.now())}\n`)
  const troubled = tables.filter(({ trouble }) => trouble !== undefined)
  if (troubled.length > 0) {
    output.note(
      `Work on ${troubled.map(({ table }) => table).join(', ')} was given up and is begun again by itself. See: ocg logs lakeKeeper`,
    )
  }
}

/** `ocg lake verify --aws`: counts by table and a line for each difference on stdout. Exit code 1 when there are any. */
export async function awsVerify(options: SchemaOptions): Promise<void> {
  const output = processOutput(options)
  const verified = await onAwsLake(options, output, (lake, onProgress) => verifyAwsLake(lake, { onProgress }))
  if (!verified.clean) process.exitCode = EXIT_CODES.input
  if (options.json) return output.data(`${JSON.stringify({ ok: verified.clean, ...verified })}\n`)
  const rows = verified.tables.map((one) => [
    ...[one.table, one.rows, one.missing, one.extra, one.duplicate, one.different],
  ])
  const header = ['table', 'rows', 'missing', 'extra', 'duplicate', 'different']
  await output.data(`${textTable(header, rows)}\n`)
  for (const difference of verified.differences) await output.data(`${differenceText(difference)}\n`)
  output.note(
    verified.clean
      ? `${output.colors.green('No differences')}: the lake shows what the table holds.`
      : `${output.colors.red('The lake differs from the table')}. ocg lake rebuild --aws makes it again.`,
  )
}

/** `ocg lake rebuild --aws`: with `--json`, `{ ok, tables, rows, unfit }` on stdout. */
export async function awsRebuild(options: SchemaOptions): Promise<void> {
  const output = processOutput(options)
  const rebuilt = await onAwsLake(options, output, async (lake, onProgress) => {
    const { rebuildLake } = await import('../../../runtime/lake/rebuildLake.js')
    const { DEFAULT_KEEPER_SETTINGS } = await import('../../../runtime/lake/keeperContext.js')
    const log = { debug() {}, info() {}, warn: output.note, error: output.note }
    return rebuildLake(
      {
        ...lake,
        log,
        settings: DEFAULT_KEEPER_SETTINGS,
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      },
      lake.tables,
      { onProgress: (step, done) => onProgress(STEPS[step], done) },
    )
  })
  if (options.json) return output.data(`${JSON.stringify({ ok: true, ...rebuilt })}\n`)
  const { tables, rows, unfit } = rebuilt
  output.note(
    `${output.colors.green('Rebuilt')} the lake: ${formatCount(rows)} rows of ${formatCount(tables)} tables. Statements see it from now on; the lake keeper folds it into the base.`,
  )
  if (unfit > 0)
    output.note(`${formatCount(unfit)} items do not fit their tables, and SQL shows no row of them.`)
}

const STEPS = { waiting: 'Waiting for other work', reading: 'Reading the table' } as const

/** `ocg lake purge --aws`: with `--json`, `{ ok, table, id, found, relations, tasks, tables }` on stdout. */
export async function awsPurge(entity: string, id: string, options: SchemaOptions): Promise<void> {
  const output = processOutput(options)
  const table = entity.toLowerCase()
  const purge = await onAwsLake(options, output, async (lake, onProgress) => {
    const { purgeAwsRow } = await import('./purge.js')
    return purgeAwsRow(lake, table, id, { onProgress })
  })
  if (options.json) return output.data(`${JSON.stringify({ ok: true, table, id, ...purge })}\n`)
  if (!purge.found)
    output.note(`The table had no such row in ${table}; what is left of one goes all the same.`)
  output.note(
    `${output.colors.green('Begun')}: no statement sees it any more. The lake keeper takes every value of it out of ${purge.tables.join(', ')} and is done in some three hours, when the last snapshot has expired: ocg lake status --aws shows how far it is.`,
  )
  output.note(
    "Backups of the table for point-in-time recovery keep it for up to 35 days; DynamoDB's stream for a day.",
  )
}

const TEXTS = {
  missing: 'is missing',
  extra: 'is there, but not in the table',
  duplicate: 'is there more than once',
} as const

function differenceText({ table, id, kind, fields = [] }: AwsDifference): string {
  return oneLine(`${table} ${id} ${kind === 'different' ? `differs in ${fields.join(', ')}` : TEXTS[kind]}`)
}
