import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand } from '@aws-sdk/client-sqs'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { s3Client } from '../../../src/adapters/aws/clients/s3Client.js'
import { sqsClient } from '../../../src/adapters/aws/clients/sqsClient.js'
import { bulkItemTable } from '../../../src/adapters/aws/dynamo/bulkItemTable.js'
import type { StreamEvent } from '../../../src/adapters/aws/events/streamEvent.js'
import { processStream } from '../../../src/adapters/aws/lambda/streamProcessor/processStream.js'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import { sqsQueue } from '../../../src/adapters/aws/sqs/sqsQueue.js'
import { deadLetterQueueOf, resourceNames } from '../../../src/deploy/plan/names.js'
import { SILENT_LOG } from '../../../src/host/silentLog.js'
import type { Project } from '../../../src/model/types.js'
import { DEFAULT_PROJECTION_SETTINGS } from '../../../src/runtime/changes/projectBatch.js'
import { lakeProjector } from '../../../src/runtime/changes/projectChange.js'
import { callerIdentity } from '../servers/callerIdentity.js'
import { createProjectTable, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'
import { startObjectServer } from '../servers/objectServer.js'

const ACCOUNT = '111122223333'

/**
 * What `--aws` commands meet of a deployed project, on 127.0.0.1: its table and its stream, its bucket, its queues, and an
 * endpoint of Lambda with the stream processor behind it. Athena only notes what it is asked to stop.
 */
export async function startLocalAws(project: Project) {
  const [dynamoServer, objectServer] = await Promise.all([startDynamoDbLocal(), startObjectServer()])
  const names = resourceNames(project.name)
  const lake = `${names.lakeBucketPrefix}${ACCOUNT}`
  const dynamo = dynamoDbClient(dynamoServer.settings)
  const streams = new DynamoDBStreamsClient(dynamoServer.settings)
  const s3 = s3Client(objectServer.settings)
  const sqs = sqsClient(objectServer.settings)
  await createProjectTable(dynamo, names.table)
  await s3.send(new CreateBucketCommand({ Bucket: lake }))
  const queues = [names.cascadeQueue, names.deletionQueue]
  const urls = new Map<string, string>()
  for (const QueueName of [...queues, ...queues.map(deadLetterQueueOf), names.streamDeadLetterQueue]) {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }))
    urls.set(QueueName, QueueUrl)
  }
  const table = bulkItemTable({ client: dynamo, tableName: names.table })
  const objects = s3ObjectStore({ client: s3, bucket: lake })
  const stopped: string[] = []
  let lakeWorks = true

  const processor = {
    project,
    clock: { now: () => Date.now() },
    log: SILENT_LOG,
    table,
    objects,
    queues: { cascade: sqsQueue<never>({ client: sqs, queueUrl: urls.get(names.cascadeQueue) ?? '' }) },
    projector: lakeProjector({
      model: project,
      table,
      objects: {
        ...objects,
        put: (...args) => (lakeWorks ? objects.put(...args) : Promise.reject(new Error('The lake is down.'))),
      },
    }),
    settings: DEFAULT_PROJECTION_SETTINGS,
    sleep: (milliseconds: number) => sleep(Math.min(milliseconds, 1)),
  }
  const server = createServer(async (request, response) => {
    const text = await bodyOf(request)
    if (text.includes('Action=GetCallerIdentity')) {
      return response.writeHead(200, { 'content-type': 'text/xml' }).end(callerIdentity(ACCOUNT))
    }
    const body = JSON.parse(text) as unknown
    if (request.url === `/2015-03-31/functions/OCG-${project.name}-stream-processor/invocations`) {
      const answer = await processStream(body as StreamEvent, processor, { add: () => undefined })
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    }
    if (request.headers['x-amz-target'] === 'AmazonAthena.StopQueryExecution') {
      stopped.push((body as { QueryExecutionId: string }).QueryExecutionId)
      return response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{}')
    }
    return response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    table,
    objects,
    sqs,
    streams,
    stopped,
    queueUrl: (name: string) => urls.get(name) ?? '',
    pendingMessages: (name: string) => objectServer.pendingMessages([name]),
    setLake: (works: boolean) => {
      lakeWorks = works
    },
    env: {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_ENDPOINT_URL_DYNAMODB: dynamoServer.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB_STREAMS: dynamoServer.endpoint,
      AWS_ENDPOINT_URL_S3: objectServer.endpoint,
      AWS_ENDPOINT_URL_SQS: objectServer.endpoint,
      AWS_ENDPOINT_URL_LAMBDA: own,
      AWS_ENDPOINT_URL_ATHENA: own,
      AWS_ENDPOINT_URL_STS: own,
    },
    async close() {
      for (const client of [dynamo, streams, s3, sqs]) client.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all([dynamoServer.close(), objectServer.close()])
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8') || '{}'
}
