import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { dynamoLakeManifests } from '../../../src/adapters/aws/dynamo/dynamoLakeManifests.js'
import { batchKey } from '../../../src/model/lakeLayout.js'
import { lakeManifestsConformance } from '../../conformance/lakeManifests.js'
import { createProjectTable, type DynamoDbLocal, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'
import { type FaultProxy, startFaultProxy } from '../servers/faultProxy.js'

const clock = { now: () => Date.now() }

lakeManifestsConformance('DynamoLakeManifests', async () => {
  const server = await startDynamoDbLocal()
  const client = dynamoDbClient(server.settings)
  const tableName = await createProjectTable(client, 'conformance')
  const options = { client, tableName, clock }
  return {
    manifests: dynamoLakeManifests(options),
    withRoomFor: (maxBatches) => dynamoLakeManifests({ ...options, maxBatches }),
    async close() {
      client.destroy()
      await server.close()
    },
  }
})

describe('when the table fails for a moment', () => {
  let server: DynamoDbLocal
  let proxy: FaultProxy
  let tableName: string
  const batch = (id: string, table = 'track') => {
    const day = '2026-11-21'
    return {
      key: batchKey(table, day, id),
      day,
      months: ['2026-11'],
      rows: 1,
      bytes: 1,
      addedAt: 1,
      generation: 0,
    }
  }
  const opened = () =>
    dynamoLakeManifests({
      client: dynamoDbClient({ ...server.settings, endpoint: proxy.endpoint }),
      tableName,
      clock,
    })

  beforeAll(async () => {
    server = await startDynamoDbLocal()
    proxy = await startFaultProxy(server.endpoint)
    tableName = await createProjectTable(dynamoDbClient(server.settings), 'faults')
  })
  afterAll(async () => {
    await proxy.close()
    await server.close()
  })

  it('adds a batch once though the answer is lost', async () => {
    const manifests = opened()
    proxy.decide(({ operation }, count) =>
      operation === 'UpdateItem' && count === 0 ? 'loseAnswer' : 'pass',
    )
    expect(await manifests.append('track', batch('a'), 0)).toBe('added')
    const found = (await manifests.read(['track'])).get('track')
    expect(found?.batches).toHaveLength(1)
    expect(found?.version).toBe(1)
    expect(proxy.seen.filter((operation) => operation === 'UpdateItem')).toHaveLength(2)
  })

  it('changes a manifest once though the answer is lost', async () => {
    const manifests = opened()
    let lost = 0
    proxy.decide(({ operation }) => (operation === 'PutItem' && lost++ === 0 ? 'loseAnswer' : 'pass'))
    await manifests.update('album', (one) => ({ ...one, generation: one.generation + 1 }))
    expect((await manifests.read(['album'])).get('album')).toMatchObject({ generation: 1, version: 1 })
  })

  it('reads again what somebody was writing', async () => {
    const manifests = opened()
    let asked = 0
    const body = JSON.stringify({
      __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
      message: 'Transaction cancelled',
      CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
    })
    proxy.decide(({ operation }) =>
      operation === 'TransactGetItems' && asked++ < 2 ? { status: 400, body } : 'pass',
    )
    const found = await manifests.read(['track', 'artist'])
    expect(found.get('track')?.batches).toHaveLength(1)
    expect(found.get('artist')?.version).toBe(0)
    expect(asked).toBe(3)
  })

  it('is full when the item would be too large, and holds much before', async () => {
    const manifests = opened()
    proxy.decide(() => 'pass')
    // Every second one: those that follow each other take little room.
    const months = Array.from(
      { length: 192 },
      (_, at) => `${1990 + Math.floor(at / 6)}-${String((at % 6) * 2 + 1).padStart(2, '0')}`,
    )
    const outcomes: string[] = []
    for (let at = 0; at < 300 && outcomes.at(-1) !== 'full'; at += 1) {
      outcomes.push(await manifests.append('wide', { ...batch(`w${at}`, 'wide'), months }, 0))
    }
    expect(outcomes.at(-1)).toBe('full')
    expect(outcomes.length).toBeGreaterThan(190)
    // What is full can still be folded.
    const folded = await manifests.update('wide', (one) => ({
      ...one,
      generation: 1,
      batches: [],
    }))
    expect(folded?.batches).toEqual([])
    expect(await manifests.append('wide', batch('more', 'wide'), 1)).toBe('added')
  })
})
