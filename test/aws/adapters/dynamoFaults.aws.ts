import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { bulkItemTable } from '../../../src/adapters/aws/dynamo/bulkItemTable.js'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import type { Json } from '../../../src/model/json.js'
import { entityKey } from '../../../src/model/keys.js'
import type { BulkItemTable } from '../../../src/ports/bulkItemTable.js'
import type { ItemTable } from '../../../src/ports/itemTable.js'
import { StoreError } from '../../../src/ports/storeError.js'
import { userItem } from '../../store/storedItems.js'
import { createProjectTable, type DynamoDbLocal, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'
import { dynamoError, type FaultProxy, startFaultProxy } from '../servers/faultProxy.js'

let server: DynamoDbLocal
let proxy: FaultProxy
let client: DynamoDBClient
/** Behind the proxy. */
let table: ItemTable
let bulk: BulkItemTable
/** Behind the proxy, with two tries a request. */
let impatient: ItemTable
/** Past the proxy, to see what is really there. */
let direct: ItemTable
let signal: AbortSignal | undefined

beforeAll(async () => {
  server = await startDynamoDbLocal()
  proxy = await startFaultProxy(server.endpoint)
  const past = dynamoDbClient(server.settings)
  const tableName = await createProjectTable(past, 'faults')
  client = dynamoDbClient({ ...server.settings, endpoint: proxy.endpoint, signal: () => signal })
  table = dynamoItemTable({ client, tableName })
  bulk = bulkItemTable({ client, tableName })
  const hasty = dynamoDbClient({ ...server.settings, endpoint: proxy.endpoint, maxAttempts: 2 })
  impatient = dynamoItemTable({ client: hasty, tableName })
  direct = dynamoItemTable({ client: past, tableName })
})
afterAll(async () => {
  client.destroy()
  await proxy.close()
  await server.close()
})
beforeEach(() => {
  signal = undefined
  proxy.decide(() => 'pass')
})

const key = (id: string) => entityKey('user', id)
const put = (id: string, attributes?: Readonly<Record<string, Json>>) => ({
  kind: 'put' as const,
  item: userItem(id, attributes),
  condition: { kind: 'notExists' as const },
})
const failureOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(StoreError)
  return (error as StoreError).failure
}

describe('throttling', () => {
  const throttle = dynamoError('ProvisionedThroughputExceededException')

  test('that ends in time is not seen', async () => {
    proxy.decide((_request, count) => (count < 2 ? throttle : 'pass'))
    expect(await table.write(put('t1'))).toEqual({ ok: true })
    expect(proxy.seen).toEqual(['PutItem', 'PutItem', 'PutItem'])
  })

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['write', (id) => impatient.write(put(id))],
    ['get', (id) => impatient.get(key(id))],
    ['getMany', (id) => impatient.getMany([key(id)])],
    ['query', (id) => impatient.query({ partition: id, limit: 1 })],
    ['queryIndex', (id) => impatient.queryIndex({ partition: id, limit: 1 })],
    ['scan', (id) => impatient.scan({ prefix: id, limit: 1 })],
    ['transact', (id) => impatient.transact([put(id), put(`${id}-2`)])],
  ])('that lasts is a failure of its own: %s', async (name, act) => {
    proxy.decide(() => throttle)
    expect(await failureOf(act(`lasting-${name}`))).toBe('throttled')
    expect(proxy.seen).toHaveLength(2)
    expect(await direct.get(key(`lasting-${name}`))).toBeUndefined()
  })

  test('a transaction that is throttled in one of its writes is tried again', async () => {
    const reasons = [{ Code: 'None' }, { Code: 'ThrottlingError', Message: 'later' }]
    const cancelled = dynamoError('TransactionCanceledException', { CancellationReasons: reasons })
    proxy.decide((_request, count) => (count < 3 ? cancelled : 'pass'))
    expect(await table.transact([put('t2'), put('t3')])).toEqual({ ok: true })
    expect(proxy.seen).toHaveLength(4)
  })

  test('an import makes no more requests at once than it may', async () => {
    const few = bulkItemTable({ client, tableName: 'faults', inFlight: 4 })
    const items = Array.from({ length: 60 }, (_, n) => userItem(`few-${n}`))
    expect(new Set(await few.createBulk(items))).toEqual(new Set(['created']))
    expect(proxy.mostAtOnce()).toBe(4)
    expect(proxy.seen).toHaveLength(60)
  })

  test('an import waits it out', async () => {
    proxy.decide((_request, count) => (count < 5 ? throttle : 'pass'))
    expect(await bulk.createBulk([userItem('t4'), userItem('t5')])).toEqual(['created', 'created'])
  })
})

describe('conflicts with transactions', () => {
  test('hold a single write up, and do not fail it', async () => {
    const conflict = dynamoError('TransactionConflictException')
    proxy.decide((_request, count) => (count < 3 ? conflict : 'pass'))
    expect(await table.write(put('c1'))).toEqual({ ok: true })
    expect(proxy.seen).toHaveLength(4)
  })

  test('cancel a transaction, which is tried again with the same token', async () => {
    const tokens: unknown[] = []
    const reasons = [{ Code: 'TransactionConflict', Message: 'other' }, { Code: 'None' }]
    const cancelled = dynamoError('TransactionCanceledException', { CancellationReasons: reasons })
    proxy.decide(({ body }, count) => {
      tokens.push(JSON.parse(body.toString()).ClientRequestToken)
      return count < 2 ? cancelled : 'pass'
    })
    expect(await table.transact([put('c2'), put('c3')])).toEqual({ ok: true })
    expect(tokens).toHaveLength(3)
    expect(new Set(tokens).size).toBe(1)
  })

  test('that last are throttling', async () => {
    const reasons = [{ Code: 'TransactionConflict', Message: 'other' }]
    proxy.decide(() => dynamoError('TransactionCanceledException', { CancellationReasons: reasons }))
    expect(await failureOf(table.transact([put('c4')]))).toBe('throttled')
    expect(await direct.get(key('c4'))).toBeUndefined()
  })

  test('do not hide a condition that failed', async () => {
    await direct.write(put('c5'))
    const reasons = [{ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed' }]
    proxy.decide(() => dynamoError('TransactionCanceledException', { CancellationReasons: reasons }))
    const result = await table.transact([put('c6'), put('c5')])
    expect(result).toEqual({ ok: false, reason: 'conditionFailed', failed: [1] })
  })
})

describe('an answer that gets lost', () => {
  const loseFirst = () => proxy.decide((_request, count) => (count === 0 ? 'loseAnswer' : 'pass'))

  test('a creation that happened is reported as one', async () => {
    loseFirst()
    expect(await table.write(put('l1', { n: 1.5, tags: ['a', null], deep: { a: { b: [] } } }))).toEqual({
      ok: true,
    })
    expect(proxy.seen).toEqual(['PutItem', 'PutItem'])
  })

  test('a creation that did not happen is not', async () => {
    await direct.write(put('l2', { _incarnation: 'of another' }))
    loseFirst()
    expect(await table.write(put('l2'))).toEqual({ ok: false, reason: 'conditionFailed' })
    expect((await direct.get(key('l2')))?._incarnation).toBe('of another')
  })

  test('neither does throttling make a creation of what was there', async () => {
    await direct.write(put('l3'))
    const throttle = dynamoError('ThrottlingException')
    proxy.decide((_request, count) => (count === 0 ? throttle : 'pass'))
    expect(await table.write(put('l3'))).toEqual({ ok: false, reason: 'conditionFailed' })
  })

  test('an answer that can’t be read is a failure: nobody knows what happened', async () => {
    proxy.decide((_request, count) => (count === 0 ? () => '{"half' : 'pass'))
    expect(await failureOf(table.write(put('l4')))).toBe('unavailable')
    expect(await direct.get(key('l4'))).toBeDefined()
  })

  test('an update on a condition that it has changed itself is reported with the item', async () => {
    await direct.write(put('l5', { phase: 'query', gone: 1 }))
    loseFirst()
    const result = await table.write({
      kind: 'update',
      key: key('l5'),
      set: { phase: 'done', result: [1, { a: 'b' }], cleared: null },
      remove: ['gone'],
      condition: { kind: 'equals', attributes: { phase: 'query' } },
    })
    const after = await direct.get(key('l5'))
    expect(after?.phase).toBe('done')
    expect(result).toEqual({ ok: true, after })
  })

  test('an update that somebody else was faster with is refused', async () => {
    await direct.write(put('l6', { phase: 'other' }))
    loseFirst()
    const condition = { kind: 'equals' as const, attributes: { phase: 'query' } }
    const result = await table.write({ kind: 'update', key: key('l6'), set: { phase: 'done' }, condition })
    expect(result).toEqual({ ok: false, reason: 'conditionFailed' })
  })

  test('a deletion on a condition is reported as done', async () => {
    await direct.write(put('l7'))
    loseFirst()
    const condition = { kind: 'equals' as const, attributes: { _incarnation: 'i-l7' } }
    expect(await table.write({ kind: 'delete', key: key('l7'), condition })).toEqual({ ok: true })
    expect(await direct.get(key('l7'))).toBeUndefined()
  })

  test('a transaction happens once', async () => {
    await direct.write({ kind: 'put', item: userItem('l8', { n: 0 }) })
    loseFirst()
    const add = { kind: 'update' as const, key: key('l8'), add: { n: 1 } }
    expect(await table.transact([put('l9'), add])).toEqual({ ok: true })
    expect(proxy.seen).toHaveLength(2)
    expect((await direct.get(key('l8')))?.n).toBe(1)
  })

  test('an import counts what it created as created', async () => {
    loseFirst()
    expect(await bulk.createBulk([userItem('l10')])).toEqual(['created'])
  })
})

describe('requests that never arrive', () => {
  test('are sent again', async () => {
    proxy.decide((_request, count) => (count < 2 ? 'loseRequest' : 'pass'))
    expect(await table.write(put('r1'))).toEqual({ ok: true })
  })

  test('make the table unavailable when none does', async () => {
    proxy.decide(() => 'loseRequest')
    expect(await failureOf(table.get(key('r2')))).toBe('unavailable')
  })

  test('a server’s fault is no throttling', async () => {
    proxy.decide(() => dynamoError('InternalServerError'))
    expect(await failureOf(table.get(key('r3')))).toBe('unavailable')
  })

  test('what DynamoDB does not understand is not tried again', async () => {
    proxy.decide(() => dynamoError('ValidationException'))
    expect(await failureOf(table.get(key('r4')))).toBe('unavailable')
    expect(proxy.seen).toHaveLength(1)
  })
})

describe('keys that were not processed', () => {
  /** Lets DynamoDB answer for the first `most` keys only. */
  const answerFirst = (most: number) =>
    proxy.decide(({ operation, body }) => {
      if (operation !== 'BatchGetItem') return 'pass'
      const { RequestItems } = JSON.parse(body.toString())
      const { Keys: keys } = RequestItems.faults as { Keys: { PK: { S: string } }[] }
      const late = new Set(keys.slice(most).map((each) => each.PK.S))
      return (answer) => {
        const { Responses } = JSON.parse(answer) as { Responses: { faults: { PK: { S: string } }[] } }
        const items = Responses.faults.filter((item) => !late.has(item.PK.S))
        const unprocessed = keys.slice(most)
        return JSON.stringify({
          Responses: { faults: items },
          UnprocessedKeys: unprocessed.length > 0 ? { faults: { Keys: unprocessed } } : {},
        })
      }
    })

  test('are asked for again, and all are answered in order', async () => {
    const ids = Array.from({ length: 10 }, (_, n) => `u${n}`)
    const written = ids.filter((_, n) => n % 3 !== 0)
    for (const id of written) await direct.write(put(id))
    answerFirst(4)
    const items = await table.getMany(ids.map(key))
    expect(items.map((item) => item?.id)).toEqual(ids.map((id) => (written.includes(id) ? id : undefined)))
    expect(proxy.seen).toEqual(['BatchGetItem', 'BatchGetItem', 'BatchGetItem'])
  })

  test('are throttling when none ever is', async () => {
    await direct.write(put('u-late'))
    answerFirst(0)
    expect(await failureOf(table.getMany([key('u-late')]))).toBe('throttled')
    expect(proxy.seen.length).toBeGreaterThan(3)
  })

  test('a key that is given twice is answered twice', async () => {
    await direct.write(put('u-twice'))
    const items = await table.getMany([key('u-twice'), key('u-none'), key('u-twice')])
    expect(items.map((item) => item?.id)).toEqual(['u-twice', undefined, 'u-twice'])
  })
})

describe('the time that a function has left', () => {
  test('ends a request that hangs, and its retries', async () => {
    const controller = new AbortController()
    signal = controller.signal
    proxy.decide(() => dynamoError('ThrottlingException'))
    const started = performance.now()
    const result = failureOf(bulk.get(key('s1')))
    controller.abort()
    expect(await result).toBe('unavailable')
    expect(performance.now() - started).toBeLessThan(1000)
    // The next invocation has a signal of its own.
    signal = new AbortController().signal
    proxy.decide(() => 'pass')
    expect(await table.get(key('s1'))).toBeUndefined()
  })
})
