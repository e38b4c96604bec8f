import {
  type DynamoDBClient,
  GetItemCommand,
  TransactGetItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { invariant } from '../../../errors/appError.js'
import { batchKey, manifestKey } from '../../../model/lakeLayout.js'
import type { Item } from '../../../ports/itemTable.js'
import type { AppendOutcome, LakeBatch, LakeManifest, LakeManifests } from '../../../ports/lakeManifests.js'
import type { Clock } from '../../../ports/system.js'
import { type Attributes, toItem, toKey } from './attributeValues.js'
import { batchEntry, holdsEntry, manifestItem, manifestOf } from './manifestItem.js'
import { onFailedTry } from './onFailedTry.js'
import { CONFLICT_BACKOFF, pause, retryConflicts } from './retry.js'
import { singleWrite } from './singleWrite.js'
import { asFailure, isTooLarge, mayHaveHappened, storeFailure, THROTTLED, throttled } from './storeFailure.js'

export interface DynamoLakeManifestsOptions {
  readonly client: DynamoDBClient
  readonly tableName: string
  readonly clock: Clock
  /** Most batches of a list. Default 500. */
  readonly maxBatches?: number
  /** Most bytes of a manifest's lists. Default 300,000: an item has at most 400 KB, and what is folded stays in it for a while. */
  readonly maxListBytes?: number
}

/** Source: DynamoDB's TransactGetItems. */
const MAX_READ = 100

/** The manifests as items of the project's table, one for each table of the lake. They have no `_rev`: the stream's filter skips them. */
export function dynamoLakeManifests(options: DynamoLakeManifestsOptions): LakeManifests {
  const { client, tableName: TableName, clock, maxBatches = 500, maxListBytes = 300_000 } = options
  const now = () => new Date(clock.now()).toISOString()

  async function readOne(table: string): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName, Key: toKey(manifestKey(table)), ConsistentRead: true })
    const { Item } = await client.send(command).catch(fail)
    return Item && toItem(Item)
  }

  /** Items in the order of the tables, all as of one moment. */
  async function readTogether(tables: readonly string[]): Promise<(Item | undefined)[]> {
    const command = new TransactGetItemsCommand({
      TransactItems: tables.map((table) => ({ Get: { TableName, Key: toKey(manifestKey(table)) } })),
    })
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { Responses = [] } = await client.send(command)
        return tables.map((_, index) => {
          const found = Responses[index]?.Item
          return found && toItem(found)
        })
      } catch (error) {
        // Somebody writes one of them at this very moment.
        if (!isBusy(error)) throw storeFailure(error)
        if (attempt >= CONFLICT_BACKOFF.attempts) throw throttled(error)
        await pause(attempt, CONFLICT_BACKOFF)
      }
    }
  }

  return {
    async read(tables) {
      const distinct = [...new Set(tables)]
      const found = new Map<string, LakeManifest>()
      for (let at = 0; at < distinct.length; at += MAX_READ) {
        const some = distinct.slice(at, at + MAX_READ)
        const items = some.length === 1 ? [await readOne(some[0] as string)] : await readTogether(some)
        for (const [index, table] of some.entries()) found.set(table, manifestOf(table, items[index]))
      }
      return found
    },

    async append(table, batch, generation) {
      checkKey(table, batch)
      const entry = batchEntry(batch)
      const at = new Date(batch.addedAt).toISOString()
      const command = new UpdateItemCommand({
        TableName,
        Key: toKey(manifestKey(table)),
        UpdateExpression:
          'SET #b = list_append(if_not_exists(#b, :none), :one), #t = :t, #c = if_not_exists(#c, :at), #u = :at, ' +
          '#g = :g ADD #v :step, #l :length',
        ConditionExpression:
          `${generation === 0 ? '(attribute_not_exists(#g) OR #g = :g)' : '#g = :g'} AND ` +
          // When an answer gets lost the request is sent again.
          '(attribute_not_exists(#b) OR (size(#b) < :batches AND NOT contains(#b, :entry))) AND ' +
          '(attribute_not_exists(#l) OR #l < :bytes)',
        ExpressionAttributeNames: {
          '#b': 'batches',
          '#t': 'entityType',
          '#c': 'createdAt',
          '#u': 'updatedAt',
          '#g': 'generation',
          '#v': 'version',
          '#l': 'listBytes',
        },
        ExpressionAttributeValues: {
          ':none': { L: [] },
          ':one': { L: [{ S: entry }] },
          ':entry': { S: entry },
          ':t': { S: 'lakeManifest' },
          ':at': { S: at },
          ':g': { N: String(generation) },
          ':step': { N: '1' },
          ':length': { N: String(entry.length) },
          ':batches': { N: String(maxBatches) },
          ':bytes': { N: String(maxListBytes) },
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      let unanswered = false
      onFailedTry(command, (error) => {
        unanswered ||= mayHaveHappened(error)
      })
      try {
        await retryConflicts(() => client.send(command))
        return 'added'
      } catch (error) {
        const failure = asFailure(error) as { readonly name: string; readonly Item?: Attributes }
        if (isTooLarge(asFailure(error).message)) return 'full'
        if (failure.name !== 'ConditionalCheckFailedException') throw storeFailure(error)
        const outcome = refusal(failure.Item && toItem(failure.Item), entry, generation)
        // It may have been added, and folded since: nobody can tell, and its object must not go.
        if (outcome === 'fenced' && unanswered) throw storeFailure(error)
        return outcome
      }
    },

    async update(table, change) {
      let item = await readOne(table)
      for (let attempt = 1; ; attempt += 1) {
        const present = manifestOf(table, item)
        const changed = change(present)
        if (changed === undefined) return undefined
        for (const batch of changed.batches) checkKey(table, batch)
        const version = present.version + 1
        const createdAt = typeof item?.createdAt === 'string' ? item.createdAt : now()
        const next = { ...changed, table, version }
        const written = await singleWrite(client, TableName, {
          kind: 'put',
          item: manifestItem(next, { createdAt, updatedAt: now() }),
          condition: item
            ? { kind: 'equals', attributes: { version: present.version } }
            : { kind: 'notExists' },
        })
        if (written.ok) return next
        if (attempt >= UPDATE_BACKOFF.attempts) throw throttled(undefined)
        await pause(attempt, UPDATE_BACKOFF)
        item = await readOne(table)
      }
    },
  }
}

/** Appends come at the pace of the stream, and each makes an update begin again. */
const UPDATE_BACKOFF = { attempts: 40, baseMs: 5, capMs: 200 }

function refusal(item: Item | undefined, entry: string, generation: number): AppendOutcome {
  if (item && holdsEntry(item, entry)) return 'added'
  return (item?.generation ?? 0) === generation ? 'full' : 'fenced'
}

/** Entries hold no more of a key than its id. */
function checkKey(table: string, { key, day }: LakeBatch): void {
  const id = key.slice(key.lastIndexOf('/') + 1, key.lastIndexOf('.'))
  invariant(key === batchKey(table, day, id) && !/[|]/.test(id), 'the key of a batch is of its table and day')
}

function isBusy(error: unknown): boolean {
  const { CancellationReasons: reasons = [] } = error as {
    readonly CancellationReasons?: readonly { readonly Code?: string }[]
  }
  return reasons.length > 0
    ? reasons.every(({ Code = 'None' }) => Code === 'None' || THROTTLED.has(Code))
    : asFailure(error).name === 'TransactionConflictException'
}

function fail(error: unknown): never {
  throw storeFailure(error)
}
