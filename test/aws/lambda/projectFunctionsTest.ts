import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { strToU8, zipSync } from 'fflate'
import { athenaSqlEngine } from '../../../src/adapters/aws/athena/athenaSqlEngine.js'
import { athenaClient } from '../../../src/adapters/aws/clients/athenaClient.js'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { s3Client } from '../../../src/adapters/aws/clients/s3Client.js'
import { sqsClient } from '../../../src/adapters/aws/clients/sqsClient.js'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import { sqsQueue } from '../../../src/adapters/aws/sqs/sqsQueue.js'
import { deadLetterQueueOf, projectFunctionName, resourceNames } from '../../../src/deploy/plan/names.js'
import { planFunctions } from '../../../src/deploy/plan/planFunctions.js'
import { DEFAULT_FUNCTION_SETTINGS, type ProjectFunctionKind } from '../../../src/model/functions.js'
import { lakeTables } from '../../../src/model/lakeSchema.js'
import type { ItemTable } from '../../../src/ports/itemTable.js'
import type { ObjectStore } from '../../../src/ports/objectStore.js'
import type { CascadeMessage, DeletionMessage, Queue } from '../../../src/ports/queue.js'
import type { SqlEngine } from '../../../src/ports/sqlEngine.js'
import { SHOP } from '../../sql/testShop.js'
import { lambdaBundles } from '../host/lambdaBundles.js'
import { type InvocationResult, startLambdaService } from '../host/lambdaService.js'
import { startQueueMapping } from '../host/queueMapping.js'
import { type Fault, startRecordingProxy } from '../host/recordingProxy.js'
import { type Mapping, startStreamMapping } from '../host/streamMapping.js'
import { startAthenaServer } from '../servers/athena/startAthenaServer.js'
import { createProjectTable, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'
import { startObjectServer } from '../servers/objectServer.js'

const NAMES = resourceNames(SHOP.name)
const LAKE = 'ocg-shop-123456789012'
const RESULTS = 'ocg-shop-athena-results-123456789012'
/** Deliveries of a message. A retry takes five seconds, so a test has no time for more. */
const MAX_RECEIVE_COUNT = 2

/** The project's own functions, from their bundles, on servers of their own. */
export interface ProjectFunctionsTest {
  readonly table: ItemTable
  readonly objects: ObjectStore
  readonly sql: SqlEngine
  readonly queues: { readonly cascade: Queue<CascadeMessage>; readonly deletion: Queue<DeletionMessage> }
  /** Sends a body as it is. */
  readonly rawCascade: Queue<unknown>
  /** What Athena would have told EventBridge. */
  readonly events: Readonly<Record<string, unknown>>[]
  invoke(kind: ProjectFunctionKind, event: unknown): Promise<InvocationResult>
  /** Lines that the functions have written. */
  logs(): readonly string[]
  /** Takes the bodies of what is in a dead-letter queue. */
  takeDead(queue: 'cascadeQueue' | 'deletionQueue'): Promise<unknown[]>
  /** Lets S3 fail for the functions. */
  setFault(fault: Fault): void
  close(): Promise<void>
}

export async function openProjectFunctionsTest(): Promise<ProjectFunctionsTest> {
  const [dynamoServer, objectServer] = await Promise.all([startDynamoDbLocal(), startObjectServer()])
  let fault: Fault = () => undefined
  const proxy = await startRecordingProxy({
    service: 's3',
    target: objectServer.endpoint,
    onCall: () => undefined,
    fault: (request) => fault(request),
  })
  const dynamo = dynamoDbClient(dynamoServer.settings)
  const streams = new DynamoDBStreamsClient(dynamoServer.settings)
  const s3 = s3Client(objectServer.settings)
  const sqs = sqsClient(objectServer.settings)
  await createProjectTable(dynamo, NAMES.table)
  for (const Bucket of [LAKE, RESULTS]) await s3.send(new CreateBucketCommand({ Bucket }))
  const events: Readonly<Record<string, unknown>>[] = []
  const athenaServer = await startAthenaServer({
    s3,
    lakeBucket: LAKE,
    database: NAMES.database,
    tables: lakeTables(SHOP),
    onStateChange: (event) => void events.push(event),
  })
  const athena = athenaClient({ ...objectServer.settings, endpoint: athenaServer.endpoint })

  async function makeQueue(name: string): Promise<string> {
    const dead = await sqs.send(new CreateQueueCommand({ QueueName: deadLetterQueueOf(name) }))
    deadUrls.set(name, dead.QueueUrl ?? '')
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({
        QueueName: name,
        Attributes: {
          VisibilityTimeout: '600',
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: arnOf(deadLetterQueueOf(name)),
            maxReceiveCount: MAX_RECEIVE_COUNT,
          }),
        },
      }),
    )
    return QueueUrl
  }
  const deadUrls = new Map<string, string>()
  const cascadeUrl = await makeQueue(NAMES.cascadeQueue)
  const deletionUrl = await makeQueue(NAMES.deletionQueue)

  const functions = await startFunctions({
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoServer.endpoint,
    AWS_ENDPOINT_URL_S3: proxy.endpoint,
    AWS_ENDPOINT_URL_SQS: objectServer.endpoint,
    AWS_ENDPOINT_URL_ATHENA: athenaServer.endpoint,
    DYNAMODB_TABLE_NAME: NAMES.table,
    S3_BUCKET_NAME: LAKE,
    ATHENA_DATABASE_NAME: NAMES.database,
    ATHENA_OUTPUT_LOCATION: `s3://${RESULTS}/`,
    CASCADE_DELETION_QUEUE_URL: cascadeUrl,
    DELETION_QUEUE_URL: deletionUrl,
  })
  const invoke = (kind: ProjectFunctionKind, event: unknown) =>
    functions.invoke(projectFunctionName(SHOP.name, kind), event)
  const listen = (kind: ProjectFunctionKind, queueUrl: string, queueArn: string): Mapping =>
    startQueueMapping({
      sqs,
      queueUrl,
      queueArn,
      batchSize: 10,
      concurrency: 2,
      invoke: (event) => invoke(kind, event),
    })
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: NAMES.table }))
  const mappings = [
    listen('cascadeListener', cascadeUrl, arnOf(NAMES.cascadeQueue)),
    listen('deletionListener', deletionUrl, arnOf(NAMES.deletionQueue)),
    startStreamMapping({
      streams,
      streamArn: Table?.LatestStreamArn ?? '',
      settings: {
        ...{ batchSize: 100, windowSeconds: 0, parallelization: 2 },
        ...{ retries: 100, maxAgeSeconds: -1, bisect: true },
        filters: ['NewImage', 'OldImage'].map((image) => ({
          dynamodb: { [image]: { _rev: { N: [{ exists: true }] } } },
        })),
      },
      invoke: (event) => invoke('streamProcessor', event),
      onFailure: async () => undefined,
    }),
  ]
  const table = dynamoItemTable({ client: dynamo, tableName: NAMES.table })
  const objects = s3ObjectStore({ client: s3, bucket: LAKE })
  return {
    table,
    objects,
    sql: athenaSqlEngine({
      client: athena,
      database: NAMES.database,
      outputLocation: `s3://${RESULTS}/`,
      workgroup: NAMES.workgroup,
      resultReuseMinutes: 0,
      clock: { now: () => Date.now() },
      restarts: false,
    }),
    queues: {
      cascade: sqsQueue({ client: sqs, queueUrl: cascadeUrl }),
      deletion: sqsQueue({ client: sqs, queueUrl: deletionUrl }),
    },
    rawCascade: sqsQueue({ client: sqs, queueUrl: cascadeUrl }),
    events,
    invoke,
    logs: () => [...functions.logs.values()].flat(),
    async takeDead(queue) {
      const QueueUrl = deadUrls.get(NAMES[queue])
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      )
      for (const { ReceiptHandle } of Messages)
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      return Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown)
    },
    setFault(next) {
      fault = next
    },
    async close() {
      await Promise.all(mappings.map((mapping) => mapping.close()))
      await functions.close()
      for (const client of [dynamo, streams, s3, sqs, athena]) client.destroy()
      await athenaServer.close()
      await proxy.close()
      await Promise.all([dynamoServer.close(), objectServer.close()])
    },
  }
}

async function startFunctions(environment: Readonly<Record<string, string>>) {
  const bundles = await lambdaBundles()
  const settings = { ...DEFAULT_FUNCTION_SETTINGS, maxReceiveCount: MAX_RECEIVE_COUNT }
  const planned = planFunctions(SHOP, settings)
  return startLambdaService(
    await Promise.all(
      planned.map(async ({ name, kind, slice }) => ({
        name,
        arn: `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
        code: zipSync({
          'index.js': await readFile(join(bundles, `${kind}.cjs`)),
          'slice.json': strToU8(JSON.stringify(slice)),
        }),
        environment: {},
        memoryMb: 1024,
        timeoutMs: 300_000,
        accessKeyId: 'local',
      })),
    ),
    environment,
  )
}

/** The account is the object server's own. */
function arnOf(queue: string): string {
  return `arn:aws:sqs:eu-central-1:000000000000:${queue}`
}
