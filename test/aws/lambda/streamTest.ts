import { setTimeout as sleep } from 'node:timers/promises'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { s3Client } from '../../../src/adapters/aws/clients/s3Client.js'
import { sqsClient } from '../../../src/adapters/aws/clients/sqsClient.js'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import type { StreamEvent } from '../../../src/adapters/aws/events/streamEvent.js'
import {
  processStream,
  type StreamResponse,
} from '../../../src/adapters/aws/lambda/streamProcessor/processStream.js'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import { sqsQueue } from '../../../src/adapters/aws/sqs/sqsQueue.js'
import type { ItemTable } from '../../../src/ports/itemTable.js'
import type { ObjectStore } from '../../../src/ports/objectStore.js'
import {
  DEFAULT_PROJECTION_SETTINGS,
  type ProjectionContext,
  type ProjectionSettings,
} from '../../../src/runtime/changes/projectBatch.js'
import { lakeProjector } from '../../../src/runtime/changes/projectChange.js'
import { SHOP } from '../../sql/testShop.js'
import { type Fault, startRecordingProxy } from '../host/recordingProxy.js'
import { createProjectTable, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'
import { startObjectServer } from '../servers/objectServer.js'

/** The stream processor of `SHOP` on servers of its own. */
export interface StreamTest {
  readonly table: ItemTable
  /** The lake, past the proxy. */
  readonly objects: ObjectStore
  readonly streams: DynamoDBStreamsClient
  readonly streamArn: string
  readonly context: ProjectionContext
  /** What was logged at `warn` and above. */
  readonly logged: { readonly message: string; readonly fields?: unknown }[]
  readonly metrics: { readonly name: string; readonly value: number }[]
  /** One invocation. */
  process(event: StreamEvent): Promise<StreamResponse>
  /** Messages of the cascade queue, which they leave. */
  cascades(): Promise<unknown[]>
  /** Lets S3 fail for the function. */
  setFault(fault: Fault): void
  close(): Promise<void>
}

export async function openStreamTest(settings: Partial<ProjectionSettings> = {}): Promise<StreamTest> {
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
  const s3OfFunction = s3Client({ ...objectServer.settings, endpoint: proxy.endpoint, maxAttempts: 1 })
  const sqs = sqsClient(objectServer.settings)
  const tableName = await createProjectTable(dynamo, 'OCG-shop')
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: tableName }))
  const bucket = 'ocg-shop-123456789012'
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'shop-cascade-deletion' }))
  const table = dynamoItemTable({ client: dynamo, tableName })
  const objects = s3ObjectStore({ client: s3OfFunction, bucket })
  const logged: { message: string; fields?: unknown }[] = []
  const metrics: { name: string; value: number }[] = []
  const note = (message: string, fields?: unknown) => void logged.push({ message, fields })
  const context: ProjectionContext = {
    project: SHOP,
    table,
    objects,
    queues: { cascade: sqsQueue({ client: sqs, queueUrl: QueueUrl }) },
    projector: lakeProjector({ model: SHOP, table, objects }),
    settings: { ...DEFAULT_PROJECTION_SETTINGS, retryMs: 5, lastRetryMs: 20, ...settings },
    clock: { now: () => Date.now() },
    log: { debug: () => undefined, info: () => undefined, warn: note, error: note },
    sleep: (milliseconds) => sleep(milliseconds),
  }
  return {
    table,
    objects: s3ObjectStore({ client: s3, bucket }),
    streams,
    streamArn: Table?.LatestStreamArn ?? '',
    context,
    logged,
    metrics,
    process: (event) =>
      processStream(event, context, { add: (name, value) => void metrics.push({ name, value }) }),
    async cascades() {
      const bodies: unknown[] = []
      for (;;) {
        const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 })
        const { Messages = [] } = await sqs.send(receive)
        if (Messages.length === 0) return bodies
        for (const { Body = '', ReceiptHandle } of Messages) {
          bodies.push(JSON.parse(Body))
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
        }
      }
    },
    setFault(next) {
      fault = next
    },
    async close() {
      for (const client of [dynamo, streams, s3, s3OfFunction, sqs]) client.destroy()
      await proxy.close()
      await Promise.all([dynamoServer.close(), objectServer.close()])
    },
  }
}
