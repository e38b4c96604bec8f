import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { ItemKey } from '../../../model/keys.js'
import type { Item } from '../../../ports/itemTable.js'
import { toItem, toKey } from './attributeValues.js'
import { keyText } from './keyText.js'
import { type Backoff, pause } from './retry.js'
import { storeFailure, throttled } from './storeFailure.js'

/** Source: DynamoDB's BatchGetItem. */
export const MAX_GET_KEYS = 100

/**
 * Items in the order of the keys, of which some may be equal. DynamoDB answers what it can and names the rest, because
 * the answer is full (16 MB) or the table throttles; the rest is asked for again.
 */
export async function getBatch(
  client: DynamoDBClient,
  tableName: string,
  keys: readonly ItemKey[],
): Promise<(Item | undefined)[]> {
  const found = new Map<string, Item>()
  const distinct = new Map(keys.map((key) => [keyText(key), toKey(key)]))
  let pending: Record<string, { readonly S: string }>[] = [...distinct.values()]
  let fruitless = 0
  while (pending.length > 0) {
    const request = { [tableName]: { Keys: pending, ConsistentRead: true } }
    const command = new BatchGetItemCommand({ RequestItems: request })
    const output = await client.send(command).catch((error: unknown) => {
      throw storeFailure(error)
    })
    const items = (output.Responses?.[tableName] ?? []).map(toItem)
    for (const item of items) found.set(keyText(item), item)
    pending = (output.UnprocessedKeys?.[tableName]?.Keys ?? []) as typeof pending
    if (pending.length === 0) break
    fruitless = items.length > 0 ? 0 : fruitless + 1
    if (fruitless >= BACKOFF.attempts) throw throttled(undefined)
    await pause(fruitless, BACKOFF)
  }
  return keys.map((key) => found.get(keyText(key)))
}

/** Between answers that hold nothing. In all at most about 5 seconds. */
const BACKOFF: Backoff = { attempts: 8, baseMs: 25, capMs: 1500 }
