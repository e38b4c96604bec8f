import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbClient } from '../../../src/adapters/aws/clients/dynamoDbClient.js'
import { bulkItemTable } from '../../../src/adapters/aws/dynamo/bulkItemTable.js'
import { entityKey } from '../../../src/model/keys.js'
import type { BulkItemTable } from '../../../src/ports/bulkItemTable.js'
import { type Item, type ItemTable, MAX_ITEM_BYTES, type Write } from '../../../src/ports/itemTable.js'
import { userItem } from '../../store/storedItems.js'
import { temporaryStore } from '../../store/temporaryStore.js'
import { createProjectTable, startDynamoDbLocal } from '../servers/dynamoDbLocal.js'

let table: BulkItemTable
let twin: BulkItemTable
let close: () => Promise<void>

beforeAll(async () => {
  const server = await startDynamoDbLocal()
  const client = dynamoDbClient(server.settings)
  const tableName = await createProjectTable(client, 'bulk')
  const { store, remove } = await temporaryStore()
  table = bulkItemTable({ client, tableName, inFlight: 8 })
  twin = store.table
  close = async () => {
    client.destroy()
    await server.close()
    await remove()
  }
})
afterAll(() => close())

const large = 'x'.repeat(MAX_ITEM_BYTES)

/** Does the same to both tables and compares the answers. */
async function both<Result>(act: (table: BulkItemTable) => Promise<Result>): Promise<Result> {
  const result = await act(table)
  expect(result).toEqual(await act(twin))
  return result
}

async function everything(of: ItemTable, prefix: string): Promise<readonly Item[]> {
  const { items, next } = await of.scan({ prefix, limit: 10_000 })
  expect(next).toBeUndefined()
  return items.toSorted((a, b) => (a.PK < b.PK ? -1 : 1))
}

describe('bulk writes do what they do embedded', () => {
  test('creations: new, identical, other, repeated, too large, with nulls', async () => {
    await both((one) => one.write({ kind: 'put', item: userItem('old', { name: 'n' }) }))
    const results = await both((one) =>
      one.createBulk([
        userItem('new'),
        userItem('old', { name: 'n', _incarnation: 'another', updatedAt: 'later' }),
        userItem('old', { name: 'other' }),
        userItem('new'),
        userItem('new', { name: 'other' }),
        userItem('large', { fill: large }),
        userItem('old', { fill: large }),
        userItem('nulls', { name: null }),
        userItem('nulls'),
      ]),
    )
    expect(results).toEqual([
      'created',
      'identical',
      'exists',
      'identical',
      'exists',
      'itemTooLarge',
      'exists',
      'created',
      'identical',
    ])
    await both((one) => one.createBulk([userItem('new', { n: 1 })], { ignore: ['n'] }))
    expect(await everything(table, 'user#')).toEqual(await everything(twin, 'user#'))
  })

  test('groups: all or nothing, each seeing those before it', async () => {
    const put = (id: string, attributes = {}): Write => ({
      kind: 'put',
      item: userItem(id, attributes),
      condition: { kind: 'notExists' },
    })
    const results = await both((one) =>
      one.transactBulk([
        [put('a'), put('b')],
        [put('c'), put('a')],
        [
          { kind: 'check', key: entityKey('user', 'a'), condition: { kind: 'exists' } },
          { kind: 'delete', key: entityKey('user', 'b'), condition: { kind: 'exists' } },
        ],
        [put('d'), put('e', { fill: large })],
        [put('f', { fill: large })],
        [put('b')],
        [put('b')],
        [{ kind: 'check', key: entityKey('user', 'b'), condition: { kind: 'notExists' } }],
        [],
      ]),
    )
    expect(results).toEqual([
      { ok: true },
      { ok: false, reason: 'conditionFailed', failed: [1] },
      { ok: true },
      { ok: false, reason: 'itemTooLarge', failed: [1] },
      { ok: false, reason: 'itemTooLarge', failed: [0] },
      { ok: true },
      { ok: false, reason: 'conditionFailed', failed: [0] },
      { ok: false, reason: 'conditionFailed', failed: [0] },
      { ok: true },
    ])
    expect(await everything(table, 'user#')).toEqual(await everything(twin, 'user#'))
  })

  test('an update that makes an item too large refuses its group and says where', async () => {
    const half = large.slice(0, MAX_ITEM_BYTES / 2)
    await both((one) => one.createBulk([userItem('half', { half })]))
    const key = entityKey('user', 'half')
    const results = await both((one) =>
      one.transactBulk([
        [
          { kind: 'put', item: userItem('beside') },
          { kind: 'update', key, set: { other: half } },
        ],
      ]),
    )
    expect(results).toEqual([{ ok: false, reason: 'itemTooLarge', failed: [1] }])
    expect(await table.get(entityKey('user', 'beside'))).toBeUndefined()
  })

  test('any batches', async () => {
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31)
    process.stdout.write(`bulkItemTable against its twin: TEST_SEED=${seed}\n`)
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const value = fc.constantFrom(0, 1, 'x', null)
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            creations: fc.array(fc.tuple(id, value), { maxLength: 8 }),
            groups: fc.array(
              fc.uniqueArray(
                fc.tuple(id, fc.constantFrom('put', 'create', 'delete', 'update', 'check'), value),
                {
                  maxLength: 3,
                  selector: ([each]) => each,
                },
              ),
              { maxLength: 6 },
            ),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (batches) => {
          const prefix = `run${run++}-`
          for (const { creations, groups } of batches) {
            const items = creations.map(([name, n]) => userItem(prefix + name, { n }))
            await both((one) => one.createBulk(items))
            const writes = groups.map((group) => group.map((each) => write(prefix, each)))
            await both((one) => one.transactBulk(writes))
          }
          const all = `user#${prefix}`
          expect(await everything(table, all)).toEqual(await everything(twin, all))
        },
      ),
      { seed, numRuns: 40 },
    )
  })

  test('when one write fails, the others are waited for', async () => {
    const items = Array.from({ length: 200 }, (_, n) => userItem(`many-${n}`))
    const results = await table.createBulk([...items, { ...userItem('bad'), PK: '' }]).catch(() => 'failed')
    expect(results).toBe('failed')
    expect(await everything(table, 'user#many-')).toHaveLength(200)
  })
})

function write(prefix: string, [name, kind, n]: readonly [string, string, string | number | null]): Write {
  const item = userItem(prefix + name, { n })
  const key = { PK: item.PK, SK: item.SK }
  switch (kind) {
    case 'put':
      return { kind: 'put', item }
    case 'create':
      return { kind: 'put', item, condition: { kind: 'notExists' } }
    case 'delete':
      return { kind: 'delete', key }
    case 'update':
      return { kind: 'update', key, set: { n }, condition: { kind: 'equals', attributes: { _rev: 1 } } }
    default:
      return { kind: 'check', key, condition: { kind: 'exists' } }
  }
}
