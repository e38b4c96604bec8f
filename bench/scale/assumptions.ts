/**
 * What nobody documents, and what could not be measured without an account: typical latencies, and how fast Athena
 * opens small files. Change them here; the order in which parts give way hardly depends on them.
 */

/** Makes everything so many times slower, to see what depends on it: `OCG_SCALE_SLOWER=2 npx tsx bench/scale/main.ts`. */
const SLOWER = Number(process.env.OCG_SCALE_SLOWER ?? 1)

/** Median latency of calls in milliseconds, from a function in the same region. */
export const CALL_MS = slower({
  'dynamodb:GetItem': 4,
  'dynamodb:BatchGetItem': 7,
  'dynamodb:Query': 7,
  'dynamodb:PutItem': 6,
  'dynamodb:UpdateItem': 6,
  'dynamodb:DeleteItem': 6,
  /** A whole TransactWriteItems. */
  transaction: 15,
  's3:PutObject': 30,
  's3:DeleteObject': 20,
  'athena:StartQueryExecution': 150,
  'athena:GetQueryExecution': 40,
  'athena:GetQueryResults': 80,
  'sqs:SendMessage': 10,
})

/** Spread of latencies: p99 at about three medians. */
export const CALL_SIGMA = 0.5

/** What AppSync adds to a request, and the handler's own work, in milliseconds. */
export const APPSYNC_MS = 12 * SLOWER
export const HANDLER_MS = 1 * SLOWER

/** A cold start: a new environment, Node, the bundle. */
export const COLD_START_MS = 350 * SLOWER

/** How long the SDK waits at most before its second and third try of a throttled call; half of it on average. */
export const THROTTLE_WAITS_MS = [500, 1_000] as const

/** Athena before it reads anything: queueing, planning, workers. Median, spread. */
export const ATHENA_OVERHEAD_MS = 1_200 * SLOWER
export const ATHENA_OVERHEAD_SIGMA = 0.4
/** Partitions that one statement lists a second: 64 listings at a time, 40 ms each. */
export const LISTS_PER_SECOND = 1_600 / SLOWER
/** Files that one statement opens a second, and requests for each: its footer, then its columns. */
export const FILES_PER_SECOND = 2_500 / SLOWER
export const READS_PER_FILE = 2

/** Clients ask for a task's result this often. */
export const CLIENT_POLL_MS = 2_000

/** Bytes of an item in the table, and of its row as a Parquet file (measured on the music shop: 550 to 2,200). */
export const ITEM_BYTES = 1_000
export const FILE_BYTES = 1_000

function slower<Calls extends Readonly<Record<string, number>>>(calls: Calls): Calls {
  return Object.fromEntries(Object.entries(calls).map(([name, ms]) => [name, ms * SLOWER])) as Calls
}
