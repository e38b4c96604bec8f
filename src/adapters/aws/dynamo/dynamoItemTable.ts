import {
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import { invariant } from '../../../errors/appError.js'
import {
  type Item,
  type ItemTable,
  MAX_TRANSACTION_WRITES,
  type Page,
  type PageStart,
  type PartitionQuery,
  type Write,
} from '../../../ports/itemTable.js'
import { type Attributes, toItem, toKey } from './attributeValues.js'
import { getBatch, MAX_GET_KEYS } from './getBatch.js'
import { writeKeyText } from './keyText.js'
import { singleWrite } from './singleWrite.js'
import { itemTooLarge, storeFailure } from './storeFailure.js'
import { transaction } from './transaction.js'

/** Name of the index that serves `queryIndex`; its keys are `GSI1-PK` and `GSI1-SK`. */
export const INDEX_NAME = 'GSI1'

export interface DynamoTable {
  readonly client: DynamoDBClient
  readonly tableName: string
}

/**
 * The table of a project in DynamoDB. Reads by key and of partitions are consistent; the index lags by milliseconds.
 * Each method makes the one call that it is named for, so a function needs the permission for that one only.
 */
export function dynamoItemTable({ client, tableName }: DynamoTable): ItemTable {
  return {
    async get(key) {
      const command = new GetItemCommand({ TableName: tableName, Key: toKey(key), ConsistentRead: true })
      const { Item } = await client.send(command).catch(fail)
      return Item && toItem(Item)
    },

    async getMany(keys) {
      invariant(keys.length <= MAX_GET_KEYS, `at most ${MAX_GET_KEYS} keys are read at once`)
      return getBatch(client, tableName, keys)
    },

    async write(write) {
      const { present: _present, ...result } = await singleWrite(client, tableName, write)
      return result
    },

    async transact(writes) {
      invariant(
        writes.length <= MAX_TRANSACTION_WRITES,
        `a transaction has at most ${MAX_TRANSACTION_WRITES} writes`,
      )
      checkDistinct(writes)
      if (writes.length === 0) return { ok: true }
      const result = await transaction(client, tableName, writes)
      if (!result.ok && result.reason === 'itemTooLarge') throw itemTooLarge(undefined)
      return result as Exclude<typeof result, { reason: 'itemTooLarge' }>
    },

    async query(query) {
      const command = new QueryCommand({
        TableName: tableName,
        ConsistentRead: true,
        ...keyCondition(query, 'PK', 'SK'),
      })
      return asPage(await client.send(command).catch(fail))
    },

    async queryIndex(query) {
      const command = new QueryCommand({
        TableName: tableName,
        IndexName: INDEX_NAME,
        ...keyCondition(query, 'GSI1-PK', 'GSI1-SK'),
      })
      return asPage(await client.send(command).catch(fail))
    },

    async scan({ prefix, limit, start }) {
      const command = new ScanCommand({
        TableName: tableName,
        ConsistentRead: true,
        // The limit counts items before the filter: with a small one most pages would be empty.
        Limit: Math.max(limit, LEAST_SCANNED),
        ...(start && { ExclusiveStartKey: fromStart(start) }),
        ...(prefix && {
          FilterExpression: 'begins_with(PK, :prefix)',
          ExpressionAttributeValues: { ':prefix': { S: prefix } },
        }),
      })
      const page = asPage(await client.send(command).catch(fail))
      if (page.items.length <= limit) return page
      const items = page.items.slice(0, limit)
      const { PK, SK } = items.at(-1) as Item
      return { items, next: { PK, SK } }
    },
  }
}

/** Items that a scan looks at in one request, however few it may answer. */
const LEAST_SCANNED = 256

export function checkDistinct(writes: readonly Write[]): void {
  const keys = new Set(writes.map(writeKeyText))
  invariant(keys.size === writes.length, 'the writes of a transaction are on different keys')
}

function keyCondition(
  { partition, sortKeyPrefix = '', limit, start }: PartitionQuery,
  partitionKey: string,
  sortKey: string,
): Omit<QueryCommandInput, 'TableName'> {
  return {
    Limit: limit,
    ...(start && { ExclusiveStartKey: fromStart(start) }),
    KeyConditionExpression: sortKeyPrefix ? '#p = :p AND begins_with(#s, :s)' : '#p = :p',
    ExpressionAttributeNames: { '#p': partitionKey, ...(sortKeyPrefix && { '#s': sortKey }) },
    ExpressionAttributeValues: {
      ':p': { S: partition },
      ...(sortKeyPrefix && { ':s': { S: sortKeyPrefix } }),
    },
  }
}

function asPage(output: Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>): Page {
  const { Items = [], LastEvaluatedKey: last } = output
  const items = Items.map(toItem)
  return last ? { items, next: toItem(last) as unknown as PageStart } : { items }
}

function fromStart(start: PageStart): Attributes {
  return Object.fromEntries(Object.entries(start).map(([name, value]) => [name, { S: value }]))
}

function fail(error: unknown): never {
  throw storeFailure(error)
}
