import { invariant } from '../../../errors/appError.js'
import type { ItemKey } from '../../../model/keys.js'
import { SYSTEM_ATTRIBUTES } from '../../../ports/bulkItemTable.js'
import {
  type Item,
  type ItemTable,
  MAX_TRANSACTION_WRITES,
  type MergeQuery,
  type PartitionQuery,
  type TransactionResult,
  type Write,
  type WriteResult,
} from '../../../ports/itemTable.js'
import { StoreError } from '../../../ports/storeError.js'
import type { Committer, Transaction } from './committer.js'
import { createItem } from './createItem.js'
import { type Environment, renewReads } from './environment.js'
import { decodeItemKey, encodeItemKey, firstKey, keyAfter } from './itemKeys.js'
import { decodeItem } from './itemText.js'
import { mergedIndexPage } from './mergedIndexPage.js'
import { prepareItem } from './preparedItem.js'
import { repeatedReads } from './repeatedReads.js'
import type { GroupResult, StoreTable } from './store.js'
import { indexPage, partitionPage, prefixPage } from './tablePages.js'
import { applyPlan, type PreparedWrite, planWrite, prepareWrite, type WritePlan } from './writePlan.js'

/** The table of a project in LMDB. Its index never lags. */
export function lmdbItemTable(environment: Environment, committer: Committer): StoreTable {
  const read = (key: ItemKey): Item | undefined => {
    const text = environment.items.get(encodeItemKey(key))
    return text === undefined ? undefined : decodeItem(key, text)
  }

  const reading = repeatedReads(committer)

  return {
    get: reading((key: ItemKey) => {
      renewReads(environment)
      return read(key)
    }),

    getMany: reading((keys: readonly ItemKey[]) => {
      invariant(keys.length <= MAX_GET_KEYS, `at most ${MAX_GET_KEYS} keys are read at once`)
      renewReads(environment)
      return keys.map(read)
    }),

    async write(write) {
      const prepared = prepareWrite(write)
      const plan = await committer.run((transaction) => {
        const plan = planWrite(environment, prepared)
        if (typeof plan !== 'string') applyPlan(environment, transaction, plan)
        return plan
      })
      if (plan === 'conditionFailed') return { ok: false, reason: plan }
      if (plan === 'itemTooLarge') throw itemTooLarge()
      return write.kind === 'update' ? withAfter(plan) : withBefore(plan)
    },

    async transact(writes) {
      invariant(
        writes.length <= MAX_TRANSACTION_WRITES,
        `a transaction has at most ${MAX_TRANSACTION_WRITES} writes`,
      )
      checkDistinct(writes)
      const group = writes.map(prepareWrite)
      const result = await committer.run((transaction) => runGroup(environment, transaction, group))
      if (!result.ok && result.reason === 'itemTooLarge') throw itemTooLarge()
      return result as TransactionResult
    },

    async transactBulk(groups) {
      for (const writes of groups) checkDistinct(writes)
      const prepared = groups.map((writes) => writes.map(prepareWrite))
      return committer.run((transaction) =>
        prepared.map((writes) => runGroup(environment, transaction, writes)),
      )
    },

    query: reading((query: PartitionQuery) => {
      renewReads(environment)
      return partitionPage(environment, query)
    }),

    queryIndex: reading((query: PartitionQuery) => {
      renewReads(environment)
      return indexPage(environment, query)
    }),

    mergeIndex: reading((query: MergeQuery) => {
      renewReads(environment)
      return mergedIndexPage(environment, query)
    }),

    scan: reading((query: Parameters<ItemTable['scan']>[0]) => {
      renewReads(environment)
      return prefixPage(environment, query)
    }),

    read(key) {
      renewReads(environment)
      return read(key)
    },

    readPage({ prefix, after, limit }) {
      renewReads(environment)
      const start = after && { PK: after.PK, SK: after.SK }
      return prefixPage(environment, { prefix, limit, ...(start && { start }) }).items
    },

    async createBulk(items, { ignore = SYSTEM_ATTRIBUTES } = {}) {
      const ignored = new Set(ignore)
      const prepared = items.map(prepareItem)
      return committer.run((transaction) =>
        prepared.map((item) => createItem(environment, transaction, item, ignored)),
      )
    },

    async deleteExpired(nowSeconds) {
      const ids: string[] = []
      let start = firstKey(TASKS)
      for (;;) {
        renewReads(environment)
        const range = { start, end: keyAfter(TASKS), limit: SWEEP_PAGE }
        const entries = [...environment.items.getRange(range)]
        const due = entries.filter(({ key, value }) => isExpired(key, value, nowSeconds))
        if (due.length > 0) {
          const removed = await committer.run((transaction) =>
            due.flatMap(({ key }) => removeExpired(environment, transaction, decodeItemKey(key), nowSeconds)),
          )
          ids.push(...removed)
        }
        const last = entries.at(-1)
        if (!last || entries.length < SWEEP_PAGE) return ids
        start = Buffer.concat([last.key, Buffer.from([0])])
      }
    },
  }
}

/** Source: DynamoDB's BatchGetItem. */
const MAX_GET_KEYS = 100

const TASKS = 'task#'

/** Tasks looked at in one go, so that a sweep holds nobody up. */
const SWEEP_PAGE = 1000

/** All or nothing: nothing is written before every write of the group has been found possible. */
function runGroup(
  environment: Environment,
  transaction: Transaction,
  writes: readonly PreparedWrite[],
): GroupResult {
  const plans: WritePlan[] = []
  const failed: number[] = []
  const tooLarge: number[] = []
  writes.forEach((write, at) => {
    const plan = planWrite(environment, write)
    if (plan === 'conditionFailed') failed.push(at)
    else if (plan === 'itemTooLarge') tooLarge.push(at)
    else plans.push(plan)
  })
  if (tooLarge.length > 0) return { ok: false, reason: 'itemTooLarge', failed: tooLarge }
  if (failed.length > 0) return { ok: false, reason: 'conditionFailed', failed }
  for (const plan of plans) applyPlan(environment, transaction, plan)
  return { ok: true }
}

function checkDistinct(writes: readonly Write[]): void {
  const keys = new Set(
    writes.map((write) => {
      const { PK, SK } = write.kind === 'put' ? write.item : write.key
      return `${PK}\0${SK}`
    }),
  )
  invariant(keys.size === writes.length, 'the writes of a transaction are on different keys')
}

function withBefore({ before }: WritePlan): WriteResult {
  return before ? { ok: true, before } : { ok: true }
}

function withAfter({ after }: WritePlan): WriteResult {
  return after ? { ok: true, after: after.item } : { ok: true }
}

function itemTooLarge(): StoreError {
  return new StoreError('itemTooLarge', 'The item is larger than 400 KB.')
}

function isExpired(key: Uint8Array, text: string, nowSeconds: number): boolean {
  const { expiresAt } = decodeItem(decodeItemKey(key), text)
  return typeof expiresAt === 'number' && expiresAt <= nowSeconds
}

/** Removes a task if it is still expired: it may have been written anew since it was looked at. */
function removeExpired(
  environment: Environment,
  transaction: Transaction,
  key: ItemKey,
  nowSeconds: number,
): string[] {
  const plan = planWrite(environment, prepareWrite({ kind: 'delete', key }))
  if (typeof plan === 'string' || !plan.before) return []
  const { expiresAt } = plan.before
  if (typeof expiresAt !== 'number' || expiresAt > nowSeconds) return []
  applyPlan(environment, transaction, plan)
  return [key.PK.slice(TASKS.length)]
}
