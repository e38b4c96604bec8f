import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { s3Client } from '../../../src/adapters/aws/clients/s3Client.js'
import { sqsClient } from '../../../src/adapters/aws/clients/sqsClient.js'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import { sqsQueue } from '../../../src/adapters/aws/sqs/sqsQueue.js'
import { userItem } from '../../store/storedItems.js'
import { createProjectTable, type DynamoDbLocal, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'
import { type FaultProxy, startFaultProxy } from '../servers/faultProxy.js'
import { type ObjectServer, startObjectServer } from '../servers/objectServer.js'

let dynamo: DynamoDbLocal
let objects: ObjectServer
let folder: string

beforeAll(async () => {
  dynamo = await startDynamoDbLocal()
  objects = await startObjectServer()
  folder = await mkdtemp(join(tmpdir(), 'ocg-aws-'))
})
afterAll(async () => {
  await dynamo.close()
  await objects.close()
  await rm(folder, { recursive: true })
})
afterEach(() => vi.unstubAllEnvs())

/** Nothing of whoever runs the tests. */
function environment(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'))
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
}

describe('clients find region, credentials and endpoint where every AWS tool does', () => {
  const identity = { AWS_ACCESS_KEY_ID: 'one', AWS_SECRET_ACCESS_KEY: 'two', AWS_REGION: 'eu-west-3' }

  test('in the environment', async () => {
    environment({
      ...identity,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      AWS_ENDPOINT_URL: objects.endpoint,
    })

    const table = dynamoDbClient()
    await createProjectTable(table, 'environment')
    await dynamoItemTable({ client: table, tableName: 'environment' }).write({
      kind: 'put',
      item: userItem('a'),
    })
    expect(await table.config.region()).toBe('eu-west-3')

    const s3 = s3Client()
    await s3.send(new CreateBucketCommand({ Bucket: 'environment' }))
    const store = s3ObjectStore({ client: s3, bucket: 'environment' })
    await store.put('a', new Uint8Array(1))
    expect(await store.exists('a')).toBe(true)

    const sqs = sqsClient()
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'environment' }))
    await sqsQueue({ client: sqs, queueUrl: QueueUrl }).send({ n: 1 })
    expect(objects.pendingMessages(['environment'])).toBe(1)
    // The host in a queue's address is the service's, and not asked: this server answers that it knows no such queue.
    const elsewhere = QueueUrl.replace(/\/\/[^/]+/, '//sqs.eu-west-3.amazonaws.com')
    const lost = sqsQueue({ client: sqs, queueUrl: elsewhere }).send({ n: 2 })
    await expect(lost).rejects.toMatchObject({ cause: { name: 'QueueDoesNotExist' } })
  })

  test('in a profile', async () => {
    const config = join(folder, 'config')
    await writeFile(
      config,
      [
        '[profile shop]',
        'region = ap-southeast-2',
        'aws_access_key_id = one',
        'aws_secret_access_key = two',
        `endpoint_url = ${dynamo.endpoint}`,
      ].join('\n'),
    )
    environment({ AWS_CONFIG_FILE: config, AWS_PROFILE: 'shop' })
    const client = dynamoDbClient()
    expect(await client.config.region()).toBe('ap-southeast-2')
    await createProjectTable(client, 'profile')
    const table = dynamoItemTable({ client, tableName: 'profile' })
    expect(await table.get({ PK: 'a', SK: 'a' })).toBeUndefined()
  })
})

describe('a request', () => {
  let proxy: FaultProxy
  beforeAll(async () => {
    proxy = await startFaultProxy(dynamo.endpoint)
    await createProjectTable(dynamoDbClient(dynamo.settings), 'requests')
  })
  afterAll(() => proxy.close())

  test('that is not answered in time is tried again, and then a failure', async () => {
    const client = dynamoDbClient({
      ...dynamo.settings,
      endpoint: proxy.endpoint,
      requestTimeoutMs: 100,
      maxAttempts: 2,
    })
    const table = dynamoItemTable({ client, tableName: 'requests' })
    expect(await table.get({ PK: 'a', SK: 'a' })).toBeUndefined()
    proxy.decide(() => 'hang')
    await expect(table.get({ PK: 'a', SK: 'a' })).rejects.toMatchObject({ failure: 'unavailable' })
    expect(proxy.seen).toHaveLength(2)
  })

  test('that hangs is ended by the signal', async () => {
    const controller = new AbortController()
    const signal = () => controller.signal
    const client = dynamoDbClient({ ...dynamo.settings, endpoint: proxy.endpoint, signal })
    const table = dynamoItemTable({ client, tableName: 'requests' })
    proxy.decide(() => 'hang')
    setTimeout(() => controller.abort(), 150)
    const started = performance.now()
    await expect(table.get({ PK: 'a', SK: 'a' })).rejects.toMatchObject({ failure: 'unavailable' })
    expect(performance.now() - started).toBeLessThan(2000)
    expect(proxy.seen).toHaveLength(1)
  })
})
