import type { FunctionKind } from '../../model/functions.js'
import type { LakeLayout } from '../../model/lakeLayout.js'
import type { Statement } from '../../model/types.js'

/**
 * What a permission is about, by its role in the project; the stack turns each into ARNs. `results` and `lake` are the
 * buckets themselves, `resultObjects` what is in it; `lakeObjects` are the rows of layout `rows`, `baseObjects` and
 * `batchObjects` those of layout `batches`, `retiredObjects` lists of batches that are to go, and `manifests` the items of the table that tell what is in them.
 */
export type ResourceRole =
  | 'table'
  | 'index'
  | 'stream'
  /** What IAM can name no resource for. */
  | 'anything'
  | 'lake'
  | 'lakeObjects'
  | 'baseObjects'
  | 'batchObjects'
  | 'retiredObjects'
  | 'manifests'
  | 'results'
  | 'resultObjects'
  | 'workgroup'
  /** Where the lake is worked on, in layout `batches`. */
  | 'keeperWorkgroup'
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
function runStatement(layout: LakeLayout): readonly Permission[] {
  return [
    { actions: ['athena:StartQueryExecution'], on: 'workgroup' },
    { actions: ['glue:GetDatabase', 'glue:GetTable'], on: 'catalog' },
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], on: 'lake' },
    ...(layout === 'rows'
      ? ([{ actions: ['s3:GetObject'], on: 'lakeObjects' }] as const)
      : ([
          { actions: ['s3:GetObject'], on: 'baseObjects' },
          { actions: ['s3:GetObject'], on: 'batchObjects' },
        ] as const)),
    { actions: ['s3:GetBucketLocation'], on: 'results' },
    { actions: ['s3:PutObject', 's3:AbortMultipartUpload'], on: 'resultObjects' },
  ]
}

/** What a statement's tables consist of at the moment, in layout `batches`. */
function readManifests(layout: LakeLayout): readonly Permission[] {
  return layout === 'rows' ? [] : [{ actions: ['dynamodb:GetItem'], on: 'manifests' }]
}

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
export function permissionsOf(
  kind: FunctionKind,
  layout: LakeLayout = 'rows',
  statement?: Statement,
): readonly Permission[] {
  return [...OF_KIND[kind](layout, statement), LOG]
}

type PermissionsOf = (layout: LakeLayout, statement?: Statement) => readonly Permission[]

const OF_KIND: Readonly<Record<FunctionKind, PermissionsOf>> = {
  create: () => [onTable('PutItem')],
  read: () => [onTable('GetItem')],
  update: () => [onTable('UpdateItem')],
  delete: () => [onTable('DeleteItem')],
  list: () => [{ actions: ['dynamodb:Query'], on: 'index' }],
  insertRelation: () => [onTable('BatchGetItem', 'PutItem', 'ConditionCheckItem')],
  syncQuery: (layout) => [
    ...runStatement(layout),
    ...readManifests(layout),
    WATCH_EXECUTION,
    { actions: ['athena:StopQueryExecution'], on: 'workgroup' },
    ...READ_RESULTS,
  ],
  triggerTask: (layout) => [...runStatement(layout), ...readManifests(layout), onTable('PutItem')],
  taskResult: (_, statement) => [
    onTable('GetItem', 'UpdateItem'),
    WATCH_EXECUTION,
    ...(statement?.kind === 'delete' ? [send('deletionQueue')] : READ_RESULTS),
  ],
  executionTracker: (layout) => [
    onTable('GetItem', 'UpdateItem', 'PutItem'),
    { actions: ['dynamodb:Query'], on: 'index' },
    ...runStatement(layout),
    WATCH_EXECUTION,
    send('deletionQueue'),
  ],
  streamProcessor: (layout) => [
    {
      actions: ['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream'],
      on: 'stream',
    },
    { actions: ['dynamodb:ListStreams'], on: 'anything' },
    ...(layout === 'rows'
      ? [
          onTable('GetItem', 'PutItem'),
          { actions: ['s3:PutObject', 's3:DeleteObject'], on: 'lakeObjects' } as const,
        ]
      : [
          onTable('GetItem', 'BatchGetItem', 'PutItem'),
          { actions: ['dynamodb:UpdateItem'], on: 'manifests' } as const,
          // One that comes too late for its list stays: the keeper removes what no list has.
          { actions: ['s3:PutObject'], on: 'batchObjects' } as const,
        ]),
    send('cascadeQueue'),
    send('streamDeadLetterQueue'),
  ],
  cascadeListener: () => [
    consume('cascadeQueue'),
    onTable('Query', 'BatchGetItem', 'DeleteItem'),
    send('cascadeQueue'),
  ],
  deletionListener: (layout) => [
    consume('deletionQueue'),
    onTable('GetItem', 'BatchGetItem', 'UpdateItem', 'DeleteItem'),
    WATCH_EXECUTION,
    ...READ_RESULTS,
    // Without the right to list, S3 answers 403 for an object that is gone.
    { actions: ['s3:ListBucket'], on: 'lake' },
    ...(layout === 'rows'
      ? ([{ actions: ['s3:GetObject'], on: 'lakeObjects' }] as const)
      : ([
          { actions: ['s3:GetObject'], on: 'batchObjects' },
          { actions: ['s3:GetObject'], on: 'retiredObjects' },
        ] as const)),
    send('deletionQueue'),
  ],
  lakeKeeper: () => KEEP_LAKE,
}

/**
 * Everything that changes the base. VACUUM without `s3:DeleteObject` succeeds and deletes nothing, so a check of its own
 * looks for that one.
 */
const KEEP_LAKE: readonly Permission[] = [
  {
    actions: ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'],
    on: 'keeperWorkgroup',
  },
  { actions: ['s3:GetObject'], on: 'resultObjects' },
  { actions: ['glue:GetDatabase', 'glue:GetTable'], on: 'catalog' },
  { actions: ['glue:CreateTable', 'glue:UpdateTable', 'glue:DeleteTable'], on: 'catalog' },
  { actions: ['s3:GetBucketLocation', 's3:ListBucket'], on: 'lake' },
  {
    actions: [
      's3:GetObject',
      's3:PutObject',
      's3:DeleteObject',
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
    ],
    on: 'baseObjects',
  },
  { actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], on: 'batchObjects' },
  { actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], on: 'retiredObjects' },
  { actions: ['s3:GetBucketLocation'], on: 'results' },
  { actions: ['s3:PutObject', 's3:AbortMultipartUpload'], on: 'resultObjects' },
  { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], on: 'manifests' },
]
