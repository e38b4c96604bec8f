import { AppError } from '../../errors/appError.js'
import type { ExistingPolicy, ImportContext } from './importContext.js'
import { importEntities } from './importEntities.js'
import { importRelations } from './importRelations.js'
import type { ImportCounts, ImportRow, RowError, RowOutcome } from './importRow.js'
import { type ParsedRow, type RowParser, rowParser } from './rowParser.js'

export interface ImportOptions {
  /** What to do with a row whose id is stored already with other values. Default: `conflict`, an error of that row. */
  readonly existing?: ExistingPolicy
  /** Default: `json`. `text`: all values are texts, as in CSV. */
  readonly form?: 'json' | 'text'
  /** Check the rows and store nothing. Default: false. */
  readonly dryRun?: boolean
  /** Stop after this many rows that failed. Default: none. */
  readonly maxErrors?: number
  /** Called for each row that was not imported, in the order of the rows. */
  readonly onError?: (error: RowError) => void
  /** Called after each batch. */
  readonly onProgress?: (counts: ImportCounts) => void
}

export interface ImportResult extends ImportCounts {
  /** True when `maxErrors` has ended the import early. */
  readonly stopped: boolean
}

/** Most rows of one commit: long enough to share its cost, short enough not to keep other writers waiting. */
const BATCH_ROWS = 1000

/** Batches on their way to the disk while the next is being read. */
const BATCHES_UNDER_WAY = 3

/**
 * Imports rows into the entity or join table with a lake name (without regard to case). A bad row is reported and
 * keeps no other back. Ids and times are kept, and made where a row has none; the same import again changes nothing.
 * Entities must be there before the relations between them.
 *
 * Throws `AppError` `NotFound` for an unknown table.
 *
 * @example await importRows(host.context, 'track', [{ id: '1', name: 'Balls to the Wall' }])
 */
export async function importRows(
  context: ImportContext,
  table: string,
  rows: Iterable<Readonly<Record<string, unknown>>> | AsyncIterable<Readonly<Record<string, unknown>>>,
  options: ImportOptions = {},
): Promise<ImportResult> {
  return importBatches(context, table, inBatches(rows), options)
}

/** `importRows` of rows that know their lines, in batches of at most a few thousand. Each batch is one commit. */
export async function importBatches(
  context: ImportContext,
  table: string,
  batches: AsyncIterable<readonly ImportRow[]>,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const form = options.form ?? 'json'
  const parser = rowParser(context.project, table, { form, years: context.limits.years })
  if (!parser) throw new AppError('NotFound', `There is no table ${table}.`)
  const store = batchStore(context, parser.table, options.existing ?? 'conflict', options.dryRun === true)
  const maxErrors = options.maxErrors ?? Number.POSITIVE_INFINITY
  const counts = { rows: 0, created: 0, unchanged: 0, replaced: 0, skipped: 0, failed: 0 }
  const settle = ({ batch, outcomes }: SettledBatch): void => {
    for (const [index, outcome] of outcomes.entries()) {
      counts.rows += 1
      if (typeof outcome === 'string') {
        counts[outcome] += 1
        continue
      }
      counts.failed += 1
      options.onError?.({ line: (batch[index] as ImportRow).line, ...outcome })
    }
    options.onProgress?.({ ...counts })
  }

  const underWay: Promise<SettledBatch>[] = []
  try {
    for await (const batch of batches) {
      const settled = importBatch(parser, batch, store)
      // It is awaited below, in its turn; a failure meanwhile must not count as unhandled.
      settled.catch(() => undefined)
      underWay.push(settled)
      if (underWay.length >= BATCHES_UNDER_WAY) settle(await (underWay.shift() as Promise<SettledBatch>))
      if (counts.failed >= maxErrors) break
    }
  } finally {
    await Promise.allSettled(underWay)
  }
  for (const settled of underWay) settle(await settled)
  return { ...counts, stopped: counts.failed >= maxErrors }
}

interface SettledBatch {
  readonly batch: readonly ImportRow[]
  readonly outcomes: readonly RowOutcome[]
}

type BatchStore = (rows: readonly ParsedRow[]) => Promise<RowOutcome[]>

function batchStore(
  context: ImportContext,
  table: string,
  existing: ExistingPolicy,
  dryRun: boolean,
): BatchStore {
  if (dryRun) return async (rows) => rows.map(() => 'created')
  const entity = context.project.entities.find((one) => one.table === table)
  if (entity) return (rows) => importEntities(context, entity, rows, existing)
  const joinTable = context.project.joinTables.find((one) => one.table === table)
  if (joinTable) return (rows) => importRelations(context, joinTable, rows, existing)
  throw new Error(`invariant: the parser knows a table ${table} that the model has not`)
}

async function importBatch(
  parser: RowParser,
  batch: readonly ImportRow[],
  store: BatchStore,
): Promise<SettledBatch> {
  const outcomes: RowOutcome[] = new Array(batch.length)
  const good: ParsedRow[] = []
  const places: number[] = []
  for (const [index, row] of batch.entries()) {
    const parsed =
      'unreadable' in row ? { ok: false as const, message: row.unreadable } : parser.parse(row.values)
    if (parsed.ok) {
      good.push(parsed.row)
      places.push(index)
    } else outcomes[index] = { code: 'BadInput', message: parsed.message }
  }
  const stored = good.length === 0 ? [] : await store(good)
  for (const [position, outcome] of stored.entries()) outcomes[places[position] as number] = outcome
  return { batch, outcomes }
}

async function* inBatches(
  rows: Iterable<Readonly<Record<string, unknown>>> | AsyncIterable<Readonly<Record<string, unknown>>>,
): AsyncGenerator<readonly ImportRow[]> {
  let line = 0
  let batch: ImportRow[] = []
  for await (const values of rows) {
    line += 1
    batch.push({ line, values })
    if (batch.length < BATCH_ROWS) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
