/**
 * Operations a second of the DynamoDB adapter, against the same calls written by hand on the SDK's client (`bare`: the
 * limit of what the adapter can reach, and without its conditions, retries and translation), both on DynamoDB Local,
 * interleaved. Prints ratios to `bare`; figures depend on the machine, and most of the time is the server's.
 *
 * Usage: npx tsx bench/dynamo.ts [operations]
 */
import {
  type AttributeValue,
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { dynamoDbClient } from '../src/adapters/aws/clients/dynamoDbClient.js'
import { bulkItemTable } from '../src/adapters/aws/dynamo/bulkItemTable.js'
import { dynamoItemTable } from '../src/adapters/aws/dynamo/dynamoItemTable.js'
import { entityKey, listPartition, listShard } from '../src/model/keys.js'
import { createProjectTable, startDynamoDbLocal } from '../test/aws/servers/dynamoDbLocal.js'
import { userItem } from '../test/store/storedItems.js'

const OPERATIONS = Number(process.argv[2] ?? 1000)
const ROUNDS = 5
const AT_ONCE = 16

const server = await startDynamoDbLocal()
const client = dynamoDbClient(server.settings)
const TableName = await createProjectTable(client, 'bench')
const table = dynamoItemTable({ client, tableName: TableName })
const bulk = bulkItemTable({ client, tableName: TableName, inFlight: AT_ONCE })

const fields = {
  name: 'Ada Lovelace',
  age: 36,
  active: true,
  tags: ['a', 'b', 'c'],
  address: { city: 'London' },
}
const known = Array.from({ length: 200 }, (_, n) => userItem(`known-${n}`, fields))
await bulk.createBulk(known)
const partition = listPartition('user', listShard('known-0'))
const keyAt = (n: number) => entityKey('user', `known-${n % known.length}`)
const rawKey = (n: number) => ({ PK: { S: keyAt(n).PK }, SK: { S: keyAt(n).SK } })
let next = 0

const contests: Readonly<Record<string, Readonly<Record<'bare' | 'own', (n: number) => Promise<unknown>>>>> =
  {
    get: {
      bare: (n) => client.send(new GetItemCommand({ TableName, Key: rawKey(n), ConsistentRead: true })),
      own: (n) => table.get(keyAt(n)),
    },
    create: {
      bare: () => client.send(new PutItemCommand({ TableName, Item: rawItem(`bare-${next++}`) })),
      own: () => {
        const item = userItem(`own-${next++}`, fields)
        return table.write({ kind: 'put', item, condition: { kind: 'notExists' } })
      },
    },
    'getMany of 100': {
      bare: () => {
        const Keys = known.slice(0, 100).map((_, n) => rawKey(n))
        return client.send(
          new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
        )
      },
      own: () => table.getMany(known.slice(0, 100).map((_, n) => keyAt(n))),
    },
    'list of 25': {
      bare: () =>
        client.send(
          new QueryCommand({
            TableName,
            IndexName: 'GSI1',
            Limit: 25,
            KeyConditionExpression: '#p = :p',
            ExpressionAttributeNames: { '#p': 'GSI1-PK' },
            ExpressionAttributeValues: { ':p': { S: partition } },
          }),
        ),
      own: () => table.queryIndex({ partition, limit: 25 }),
    },
  }

for (const [name, sides] of Object.entries(contests)) {
  const operations = name.includes(' of ') ? Math.ceil(OPERATIONS / 10) : OPERATIONS
  const rates = { bare: [] as number[], own: [] as number[] }
  for (const side of ['bare', 'own'] as const) await rate(sides[side], operations)
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of ['bare', 'own'] as const) rates[side].push(await rate(sides[side], operations))
  }
  const [bare, own] = [median(rates.bare), median(rates.own)]
  process.stdout.write(
    `${name.padEnd(15)} ${own.toFixed(0).padStart(6)} a second, bare ${bare.toFixed(0).padStart(6)}: ${(own / bare).toFixed(2)} of bare\n`,
  )
}
client.destroy()
await server.close()

/** Operations a second, so many at once. */
async function rate(run: (n: number) => Promise<unknown>, operations: number): Promise<number> {
  const started = performance.now()
  let done = 0
  const worker = async () => {
    while (done < operations) await run(done++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return (operations * 1000) / (performance.now() - started)
}

function rawItem(id: string): Record<string, AttributeValue> {
  const { _rev: rev, ...texts } = userItem(id)
  return {
    ...Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, { S: String(value) }])),
    _rev: { N: String(rev) },
    name: { S: fields.name },
    age: { N: String(fields.age) },
    active: { BOOL: fields.active },
    tags: { L: fields.tags.map((tag) => ({ S: tag })) },
    address: { M: { city: { S: fields.address.city } } },
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
