import { DEFAULT_OPTIONS } from '../../src/deploy/config/settings.js'
import type { FunctionKind } from '../../src/model/functions.js'
import { ATHENA_OVERHEAD_MS, CALL_MS, HANDLER_MS, LISTS_PER_SECOND } from './assumptions.js'
import { LIST_CHUNK, pageUnits, READ_UNITS, TRANSACTION_WRITE_UNITS, WRITE_UNITS } from './capacity.js'
import { PRICES } from './prices.js'
import type { RecordedCalls } from './recordedCalls.js'
import { table } from './tables.js'

/** US dollars of one operation by part, from the calls that its function makes. */
export interface OperationCost {
  readonly appSync: number
  readonly lambda: number
  readonly dynamo: number
  /** What follows: the change's way into the lake, or the execution's to its task. */
  readonly after: number
  readonly logs: number
  readonly total: number
}

/** Bytes of log that an invocation leaves: its own line and metrics, and Lambda's START, END and REPORT. */
const LOG_BYTES = 1_200
const GB = 1024 ** 3

const WRITTEN: ReadonlySet<FunctionKind> = new Set(['create', 'update', 'delete', 'insertRelation'])

/** What one operation costs, warm, without statements' work in Athena and S3. */
export function operationCost(calls: RecordedCalls, kind: FunctionKind): OperationCost {
  const appSync = PRICES.appSyncRequest
  const lambda = invocationCost(kind, durationMs(calls, kind))
  const dynamo = dynamoCost(calls, kind)
  const after = afterCost(calls, kind)
  const logs = (LOG_BYTES / GB) * PRICES.logsGb
  return { appSync, lambda, dynamo, after, logs, total: appSync + lambda + dynamo + after + logs }
}

function invocationCost(kind: FunctionKind, milliseconds: number): number {
  const gb = DEFAULT_OPTIONS[kind].memoryMb / 1024
  return PRICES.lambdaRequest + gb * (milliseconds / 1000) * PRICES.lambdaGbSecond
}

/** Time of an invocation: its calls one after the other, those of a `list` side by side. */
function durationMs(calls: RecordedCalls, kind: FunctionKind): number {
  if (kind === 'list') return HANDLER_MS + CALL_MS['dynamodb:Query']
  if (kind === 'insertRelation') return HANDLER_MS + CALL_MS['dynamodb:BatchGetItem'] + CALL_MS.transaction
  if (kind === 'syncQuery') return ATHENA_OVERHEAD_MS + ((16 * 12 * 31) / LISTS_PER_SECOND) * 1000
  let sum = HANDLER_MS
  for (const [action, count] of Object.entries(calls[kind] ?? {})) {
    // Athena reads and writes in S3 with the function's rights, not in its time.
    if (action.startsWith('s3:')) continue
    sum += count * ((CALL_MS as Readonly<Record<string, number>>)[action] ?? 0)
  }
  return sum
}

/** Units of the table, and of GSI1 with its copy of every entity, relation side and running task. */
function dynamoCost(calls: RecordedCalls, kind: FunctionKind): number {
  const { dynamoRead, dynamoWrite } = PRICES
  const count = (action: string) => calls[kind]?.[`dynamodb:${action}`] ?? 0
  if (kind === 'insertRelation') {
    const written = (count('PutItem') + count('ConditionCheckItem')) * TRANSACTION_WRITE_UNITS
    // The data, two entities and two sides are read; both sides are in the index.
    return (written + 2 * WRITE_UNITS) * dynamoWrite + 5 * READ_UNITS * dynamoRead
  }
  const writes = count('PutItem') + count('UpdateItem') + count('DeleteItem')
  const reads = count('GetItem') * READ_UNITS + count('Query') * pageUnits(LIST_CHUNK)
  return 2 * writes * WRITE_UNITS * dynamoWrite + reads * dynamoRead
}

function afterCost(calls: RecordedCalls, kind: FunctionKind): number {
  if (WRITTEN.has(kind)) return changeCost(calls, kind)
  if (kind === 'triggerTask') {
    const tracked = { executionTracker: TRACKED }
    const milliseconds = durationMs(tracked, 'executionTracker')
    return invocationCost('executionTracker', milliseconds) + dynamoCost(tracked, 'executionTracker')
  }
  if (kind !== 'syncQuery') return 0
  return invocationCost('executionTracker', TRACKER_WAIT_MS) + TRACKER_LOOKS * READ_UNITS * PRICES.dynamoRead
}

/** What the tracker does for a task that has ended. Source: `trackExecution`; recorded are its vain looks as well. */
const TRACKED = { 'dynamodb:GetItem': 2, 'athena:GetQueryExecution': 1, 'dynamodb:UpdateItem': 1 }

/** The tracker looks so long for the task that a SYNC statement never has. Source: `trackEvent`. */
const TRACKER_WAIT_MS = 4_000
const TRACKER_LOOKS = 8

/** A change on its way into the lake. Lambda reads the stream without a charge; a DELETE in S3 has none either. */
function changeCost(calls: RecordedCalls, kind: FunctionKind): number {
  const made = (action: string) => calls.streamProcessor?.[action] ?? 0
  // An item that is named often in a batch is read and written once.
  const reads = made('dynamodb:GetItem') / Math.max(1e-9, made('s3:PutObject') + made('s3:DeleteObject'))
  const milliseconds = HANDLER_MS + CALL_MS['dynamodb:GetItem'] + CALL_MS['s3:PutObject']
  const put = kind === 'delete' ? PRICES.sqsRequest * 3 : PRICES.s3Put
  // One change an invocation, as it is with little traffic; a full batch shares it among a hundred.
  return invocationCost('streamProcessor', milliseconds) + reads * READ_UNITS * PRICES.dynamoRead + put
}

const SHOWN: readonly FunctionKind[] = [
  'read',
  'list',
  'create',
  'update',
  'delete',
  'insertRelation',
  'triggerTask',
  'taskResult',
  'syncQuery',
]

/** Dollars for a million operations of each kind. In Markdown. */
export function costTable(calls: RecordedCalls): string {
  const million = (dollars: number) => (dollars === 0 ? '–' : (dollars * 1e6).toFixed(2))
  return table(
    ['a million', 'AppSync', 'Lambda', 'DynamoDB', 'afterwards', 'logs', 'together'],
    SHOWN.map((kind) => {
      const { appSync, lambda, dynamo, after, logs, total } = operationCost(calls, kind)
      return [`\`${kind}\``, ...[appSync, lambda, dynamo, after, logs].map(million), `**${million(total)}**`]
    }),
  )
}

/** The prices that everything is counted with. In Markdown. */
export function priceTable(): string {
  const rows: readonly (readonly [string, number, string])[] = [
    ['AppSync, queries and mutations', PRICES.appSyncRequest * 1e6, 'a million'],
    ['Lambda, requests', PRICES.lambdaRequest * 1e6, 'a million'],
    ['Lambda, memory and time, arm64', PRICES.lambdaGbSecond, 'a GB and second'],
    ['DynamoDB on demand, write units', PRICES.dynamoWrite * 1e6, 'a million'],
    ['DynamoDB on demand, read units', PRICES.dynamoRead * 1e6, 'a million'],
    ['DynamoDB, storage', PRICES.dynamoGbMonth, 'a GB and month'],
    ['DynamoDB, point-in-time recovery', PRICES.recoveryGbMonth, 'a GB and month'],
    ['S3, PUT and LIST', PRICES.s3Put * 1e6, 'a million'],
    ['S3, GET', PRICES.s3Get * 1e6, 'a million'],
    ['S3, storage', PRICES.s3GbMonth, 'a GB and month'],
    ['Athena, scanned', PRICES.athenaTerabyte, 'a TB, at least 10 MB a statement'],
    ['SQS, requests', PRICES.sqsRequest * 1e6, 'a million'],
    ['CloudWatch Logs, taken in', PRICES.logsGb, 'a GB'],
    ['CloudWatch, alarms', PRICES.alarmMonth, 'each a month'],
    ['CloudWatch, metrics of our own', PRICES.metricMonth, 'each a month'],
    ['CloudWatch, dashboards beyond three', PRICES.dashboardMonth, 'each a month'],
  ]
  return table(
    ['what', 'US dollars', 'for'],
    rows.map(([what, price, unit]) => [what, String(Number(price.toPrecision(6))), unit]),
  )
}
