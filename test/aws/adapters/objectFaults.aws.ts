import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CreateQueueCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { s3Client } from '../../../src/adapters/aws/clients/s3Client.js'
import { sqsClient } from '../../../src/adapters/aws/clients/sqsClient.js'
import { s3ObjectStore } from '../../../src/adapters/aws/s3/s3ObjectStore.js'
import { sqsQueue } from '../../../src/adapters/aws/sqs/sqsQueue.js'
import type { ObjectStore } from '../../../src/ports/objectStore.js'
import type { Queue } from '../../../src/ports/queue.js'
import { StoreError } from '../../../src/ports/storeError.js'
import { type FaultProxy, startFaultProxy } from '../servers/faultProxy.js'
import { type ObjectServer, startObjectServer } from '../servers/objectServer.js'

let server: ObjectServer
let proxy: FaultProxy
/** Behind the proxy. */
let store: ObjectStore
let queue: Queue<{ n: number }>
/** Past the proxy. */
let direct: ObjectStore

beforeAll(async () => {
  server = await startObjectServer()
  proxy = await startFaultProxy(server.endpoint)
  const past = s3Client(server.settings)
  await past.send(new CreateBucketCommand({ Bucket: 'faults' }))
  const spoiled = { ...server.settings, endpoint: proxy.endpoint }
  store = s3ObjectStore({ client: s3Client(spoiled), bucket: 'faults' })
  direct = s3ObjectStore({ client: past, bucket: 'faults' })
  const client = sqsClient(spoiled)
  const { QueueUrl = '' } = await sqsClient(server.settings).send(new CreateQueueCommand({ QueueName: 'q' }))
  queue = sqsQueue({ client, queueUrl: QueueUrl })
})
afterAll(async () => {
  await proxy.close()
  await server.close()
})
beforeEach(() => proxy.decide(() => 'pass'))

const bytes = (text: string) => new TextEncoder().encode(text)
const failureOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(StoreError)
  return (error as StoreError).failure
}
const s3Error = (status: number, code: string) => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>by the test</Message></Error>`,
})

describe('S3', () => {
  test.each<[string, (key: string) => Promise<unknown>]>([
    ['put', (key) => store.put(key, bytes('x'))],
    ['get', (key) => store.get(key)],
    ['exists', (key) => store.exists(key)],
    ['delete', (key) => store.delete(key)],
    ['deleteMany', (key) => store.deleteMany([key])],
    ['list', (key) => store.list({ prefix: key, limit: 1 })],
  ])('%s waits out a short SlowDown', async (name, act) => {
    await direct.put(name, bytes('x'))
    proxy.decide((_request, count) => (count === 0 ? s3Error(503, 'SlowDown') : 'pass'))
    await act(name)
    expect(proxy.seen).toHaveLength(2)
  })

  test('a SlowDown that lasts is throttling', async () => {
    proxy.decide(() => s3Error(503, 'SlowDown'))
    expect(await failureOf(store.put('slow', bytes('x')))).toBe('throttled')
  })

  test.each([
    ['AccessDenied', 403],
    ['NoSuchBucket', 404],
  ])('%s is no missing object', async (code, status) => {
    proxy.decide(() => s3Error(status, code))
    expect(await failureOf(store.get('denied'))).toBe('unavailable')
    expect(proxy.seen).toHaveLength(1)
  })

  test('a refused HEAD is no missing object', async () => {
    proxy.decide(() => ({ status: 403, body: '' }))
    expect(await failureOf(store.exists('denied'))).toBe('unavailable')
  })

  test('an object whose bytes break off is read again', async () => {
    const body = new Uint8Array(300_000).fill(7)
    await direct.put('long', body)
    proxy.decide((_request, count) => (count < 2 ? 'cutAnswer' : 'pass'))
    expect(Buffer.compare((await store.get('long')) ?? bytes(''), body)).toBe(0)
    expect(proxy.seen).toHaveLength(3)
    proxy.decide(() => 'cutAnswer')
    expect(await failureOf(store.get('long'))).toBe('unavailable')
  })

  describe('objects that are not removed', () => {
    /** As S3 does: 200, an error for each of these keys, and not a word of the others. */
    const refuse = (code: string, keys: readonly string[], times: number) => {
      const asked: string[][] = []
      proxy.decide(({ body }, count) => {
        asked.push([...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key))
        if (count >= times) return 'pass'
        const errors = keys.map((key) => `<Error><Key>${key}</Key><Code>${code}</Code></Error>`)
        return { status: 200, body: `<?xml version="1.0"?><DeleteResult>${errors.join('')}</DeleteResult>` }
      })
      return asked
    }

    test('are tried again, those only', async () => {
      await direct.put('d/1', bytes('x'))
      const asked = refuse('InternalError', ['d/1'], 2)
      await store.deleteMany(['d/1', 'd/2'])
      expect(asked).toEqual([['d/1', 'd/2'], ['d/1'], ['d/1']])
      expect(await direct.exists('d/1')).toBe(false)
    })

    test('are a failure at once when that will not help', async () => {
      refuse('AccessDenied', ['d/3'], 1)
      expect(await failureOf(store.deleteMany(['d/3', 'd/4']))).toBe('unavailable')
      expect(proxy.seen).toHaveLength(1)
    })

    test('are throttling when S3 goes on saying so', async () => {
      refuse('SlowDown', ['d/5'], 1000)
      expect(await failureOf(store.deleteMany(['d/5']))).toBe('throttled')
    })
  })
})

describe('SQS', () => {
  const sqsError = (code: string) => ({
    status: 400,
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'by the test' }),
  })

  test('a message that is throttled for a while is sent in the end', async () => {
    proxy.decide((_request, count) => (count === 0 ? sqsError('RequestThrottled') : 'pass'))
    await queue.send({ n: 1 })
    expect(server.pendingMessages(['q'])).toBe(1)
  })

  test('failures are those of the port', async () => {
    proxy.decide(() => sqsError('RequestThrottled'))
    expect(await failureOf(queue.send({ n: 2 }))).toBe('throttled')
    proxy.decide(() => sqsError('QueueDoesNotExist'))
    expect(await failureOf(queue.send({ n: 2 }))).toBe('unavailable')
    expect(proxy.seen).toHaveLength(1)
    proxy.decide(() => 'loseRequest')
    expect(await failureOf(queue.send({ n: 2 }))).toBe('unavailable')
  })
})
