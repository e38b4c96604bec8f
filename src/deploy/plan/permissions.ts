import type { FunctionKind } from '../../model/functions.js'
import type { Statement } from '../../model/types.js'

/**
 * What a permission is about, by its role in the project; the stack turns each into ARNs. `results` and `lake` are the
 * buckets themselves, `resultObjects` and `lakeObjects` what is in them.
 */
export type ResourceRole =
  | 'table'
  | 'index'
  | 'stream'
  /** What IAM can name no resource for. */
  | 'anything'
  | 'lake'
  | 'lakeObjects'
  | 'results'
  | 'resultObjects'
  | 'workgroup'
  | 'catalog'
  | 'cascadeQueue'
  | 'deletionQueue'
  | 'streamDeadLetterQueue'
  | 'logs'

export interface Permission {
  /** IAM actions: `dynamodb:GetItem`. */
  readonly actions: readonly string[]
  readonly on: ResourceRole
}

/** Athena runs a statement with the rights of whoever starts it. */
const RUN_STATEMENT: readonly Permission[] = [
  { actions: ['athena:StartQueryExecution'], on: 'workgroup' },
  { actions: ['glue:GetDatabase', 'glue:GetTable'], on: 'catalog' },
  { actions: ['s3:GetBucketLocation', 's3:ListBucket'], on: 'lake' },
  { actions: ['s3:GetObject'], on: 'lakeObjects' },
  { actions: ['s3:GetBucketLocation'], on: 'results' },
  { actions: ['s3:PutObject', 's3:AbortMultipartUpload'], on: 'resultObjects' },
]

const WATCH_EXECUTION: Permission = { actions: ['athena:GetQueryExecution'], on: 'workgroup' }

const READ_RESULTS: readonly Permission[] = [
  { actions: ['athena:GetQueryResults'], on: 'workgroup' },
  { actions: ['s3:GetObject'], on: 'resultObjects' },
]

const LOG: Permission = { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: 'logs' }

/** What an event source mapping does with the rights of its function. */
function consume(queue: 'cascadeQueue' | 'deletionQueue'): Permission {
  return {
    actions: [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      // The function's own: a failed message comes back soon, not when its long loan ends.
      'sqs:ChangeMessageVisibility',
    ],
    on: queue,
  }
}

function onTable(...actions: string[]): Permission {
  return { actions: actions.map((action) => `dynamodb:${action}`), on: 'table' }
}

function send(queue: 'cascadeQueue' | 'deletionQueue' | 'streamDeadLetterQueue'): Permission {
  return { actions: ['sqs:SendMessage'], on: queue }
}

/** All that a function of a kind does, and no more. Equal lists share a role. */
export function permissionsOf(kind: FunctionKind, statement?: Statement): readonly Permission[] {
  return [...OF_KIND[kind](statement), LOG]
}

const OF_KIND: Readonly<Record<FunctionKind, (statement?: Statement) => readonly Permission[]>> = {
  create: () => [onTable('PutItem')],
  read: () => [onTable('GetItem')],
  update: () => [onTable('UpdateItem')],
  delete: () => [onTable('DeleteItem')],
  list: () => [{ actions: ['dynamodb:Query'], on: 'index' }],
  insertRelation: () => [onTable('BatchGetItem', 'PutItem', 'ConditionCheckItem')],
  syncQuery: () => [
    ...RUN_STATEMENT,
    WATCH_EXECUTION,
    { actions: ['athena:StopQueryExecution'], on: 'workgroup' },
    ...READ_RESULTS,
  ],
  triggerTask: () => [...RUN_STATEMENT, onTable('PutItem')],
  taskResult: (statement) => [
    onTable('GetItem', 'UpdateItem'),
    WATCH_EXECUTION,
    ...(statement?.kind === 'delete' ? [send('deletionQueue')] : READ_RESULTS),
  ],
  executionTracker: () => [
    onTable('GetItem', 'UpdateItem', 'PutItem'),
    { actions: ['dynamodb:Query'], on: 'index' },
    ...RUN_STATEMENT,
    WATCH_EXECUTION,
    send('deletionQueue'),
  ],
  streamProcessor: () => [
    {
      actions: ['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream'],
      on: 'stream',
    },
    { actions: ['dynamodb:ListStreams'], on: 'anything' },
    onTable('GetItem', 'PutItem'),
    { actions: ['s3:PutObject', 's3:DeleteObject'], on: 'lakeObjects' },
    send('cascadeQueue'),
    send('streamDeadLetterQueue'),
  ],
  cascadeListener: () => [
    consume('cascadeQueue'),
    onTable('Query', 'BatchGetItem', 'DeleteItem'),
    send('cascadeQueue'),
  ],
  deletionListener: () => [
    consume('deletionQueue'),
    onTable('GetItem', 'BatchGetItem', 'UpdateItem', 'DeleteItem'),
    WATCH_EXECUTION,
    ...READ_RESULTS,
    // Without the right to list, S3 answers 403 for an object that is gone.
    { actions: ['s3:ListBucket'], on: 'lake' },
    { actions: ['s3:GetObject'], on: 'lakeObjects' },
    send('deletionQueue'),
  ],
}
