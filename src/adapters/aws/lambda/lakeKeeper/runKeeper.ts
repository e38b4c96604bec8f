import type { ModelSlice } from '../../../../model/functions.js'
import { LAKE_METRICS } from '../../../../model/lakeLayout.js'
import type { BaseStatements } from '../../../../runtime/lake/ensureBase.js'
import { ensureBase } from '../../../../runtime/lake/ensureBase.js'
import type { KeeperContext, MaintenanceStatements } from '../../../../runtime/lake/keeperContext.js'
import { keepLake } from '../../../../runtime/lake/keepLake.js'
import type { FunctionMetrics } from '../functionMetrics.js'

/** An event of the schedule, or what somebody asks for. */
export interface KeeperEvent {
  /** Tables to look after. Default: all. */
  readonly only?: readonly string[]
  /** Folds what there is, whatever its age. */
  readonly wanted?: 'fold'
}

export interface KeeperParts {
  readonly model: ModelSlice
  readonly context: Omit<KeeperContext, 'statements' | 'ensureBase'> & {
    readonly statements: MaintenanceStatements & BaseStatements
  }
}

/**
 * Time after which a run of the schedule begins nothing new, in milliseconds: the next one goes on. Statements of Athena run
 * meanwhile, and nobody pays for waiting.
 */
const RUN_MS = 50_000

/** Throws when a table could not be looked after, so that it counts as an error; the others were. */
export async function runKeeper(
  event: KeeperEvent,
  { model, context }: KeeperParts,
  metrics: Pick<FunctionMetrics, 'add'>,
): Promise<void> {
  const { clock, settings, statements, remainingMs } = context
  const end = clock.now() + RUN_MS + settings.reservedMs
  const left = () => Math.min(remainingMs?.() ?? Number.POSITIVE_INFINITY, end - clock.now())
  const { only, wanted } = event
  const kept = await keepLake(
    {
      ...context,
      remainingMs: left,
      ensureBase: (table, manifest) => ensureBase(context, statements, table, manifest),
    },
    model,
    { ...(only && { only }), ...(wanted === 'fold' && { wanted }) },
  )
  metrics.add(LAKE_METRICS.oldestBatch, kept.oldestMs / 1000, 'Seconds')
  metrics.add(LAKE_METRICS.listedBatches, kept.longest, 'Count')
  const { failed, troubled } = kept
  if (troubled.length > 0) context.log.error('Work on the lake was given up', { tables: troubled })
  if (failed.length > 0) throw new Error(`${failed.length} tables of the lake could not be looked after.`)
}
