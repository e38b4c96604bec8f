import { BATCHES_DEFAULTS, DEFAULT_OPTIONS } from '../../src/deploy/config/settings.js'
import { DEFAULT_KEEPER_SETTINGS } from '../../src/runtime/lake/keeperContext.js'
import { PRICES } from './prices.js'
import { table } from './tables.js'

/** Changes a second of one type, all month long. */
const RATES = [0.001, 0.1, 1, 10, 100, 1000]

const MONTH_S = 30 * 24 * 60 * 60

/** Assumptions. A manifest's item: some 40 batches are listed between two merges, in 95 bytes each. */
const MANIFEST_KB = 4
/** MB of the base's months that a fold reads and the batches with them; Athena bills 10 MB at least. */
const FOLD_MB = 200
/** Time of a run of the lake keeper with nothing to do, and for each fold while it watches statements, in seconds. */
const IDLE_RUN_S = 0.2
const FOLD_RUN_S = 40

/** What it costs in a month to bring the changes of one type into the lake: S3, DynamoDB, Athena and the lake keeper. */
export function lakeCost(rate: number): { readonly rows: number; readonly batches: number } {
  const changes = rate * MONTH_S
  const reading = changes * PRICES.dynamoRead
  const rows = reading + changes * PRICES.s3Put
  const objects = Math.min(changes, MONTH_S / BATCHES_DEFAULTS.stream.windowSeconds)
  // Each is written again as it is merged, once a tier; three tiers hold 512 of them.
  const merges = 1 / DEFAULT_KEEPER_SETTINGS.mergeFanIn + 1 / DEFAULT_KEEPER_SETTINGS.mergeFanIn ** 2
  const puts = objects * (1 + merges) * PRICES.s3Put + objects * (1 + merges) * PRICES.s3Get
  const manifest = objects * (MANIFEST_KB * PRICES.dynamoWrite + PRICES.dynamoRead)
  const folds = Math.min(changes, MONTH_S / (DEFAULT_KEEPER_SETTINGS.foldAfterMs / 1000))
  const athena = folds * ((FOLD_MB + 10) / 1e6) * PRICES.athenaTerabyte
  const gb = DEFAULT_OPTIONS.lakeKeeper.memoryMb / 1024
  const runs = MONTH_S / 60
  const keeper =
    runs * PRICES.lambdaRequest + (runs * IDLE_RUN_S + folds * FOLD_RUN_S) * gb * PRICES.lambdaGbSecond
  return { rows, batches: reading + puts + manifest + athena + keeper }
}

/** Cost of both layouts by the rate of changes. In Markdown. */
export function lakeCostTable(): string {
  const dollars = (amount: number) => `$${amount.toFixed(2)}`
  return table(
    ['changes of one type', '`rows`, a month', '`batches`, a month'],
    RATES.map((rate) => {
      const { rows, batches } = lakeCost(rate)
      const text = rate < 1 ? `${rate} a second` : `${rate.toLocaleString('en')} a second`
      return [text, dollars(rows), dollars(batches)]
    }),
  )
}
