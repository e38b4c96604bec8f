import type { Json } from '../model/json.js'
import type { ItemKey } from '../model/keys.js'

/** An item as stored: its keys and attributes side by side, as on DynamoDB. A null is never stored. */
export type Item = ItemKey & { readonly [attribute: string]: Json }

/** What must hold for a write to happen. It is checked in the same transaction as the write. */
export type Condition =
  | { readonly kind: 'notExists' }
  | { readonly kind: 'exists' }
  /** The item exists and each of these attributes has exactly this value. */
  | { readonly kind: 'equals'; readonly attributes: Readonly<Record<string, string | number | boolean>> }

export interface PutWrite {
  readonly kind: 'put'
  readonly item: Item
  readonly condition?: Condition
}

export interface UpdateWrite {
  readonly kind: 'update'
  readonly key: ItemKey
  /** Attributes to set. */
  readonly set?: Readonly<Record<string, Json>>
  /** Attributes to remove. */
  readonly remove?: readonly string[]
  /** Numbers to add to attributes; an absent attribute counts as 0. */
  readonly add?: Readonly<Record<string, number>>
  /** An update never creates an item: `exists` holds even when no condition is given. */
  readonly condition?: Condition
}

export interface DeleteWrite {
  readonly kind: 'delete'
  readonly key: ItemKey
  readonly condition?: Condition
}

/** Writes nothing; the whole transaction stands on its condition. */
export interface CheckWrite {
  readonly kind: 'check'
  readonly key: ItemKey
  readonly condition: Condition
}

export type Write = PutWrite | UpdateWrite | DeleteWrite | CheckWrite

/** A write either happened (`before`/`after` as asked) or its condition did not hold. Other failures are thrown as `StoreError`. */
export type WriteResult =
  | { readonly ok: true; readonly before?: Item; readonly after?: Item }
  | { readonly ok: false; readonly reason: 'conditionFailed' }

export type TransactionResult =
  | { readonly ok: true }
  /** Indexes of the writes whose conditions did not hold. Nothing was written. */
  | { readonly ok: false; readonly reason: 'conditionFailed'; readonly failed: readonly number[] }

export interface Page {
  readonly items: readonly Item[]
  /** Where the next page starts; absent only after the last item. A page may be short, or empty, and still have one. */
  readonly next?: PageStart
}

/** Position in a query: the key of the last item seen. Plain JSON. */
export type PageStart = Readonly<Record<string, string>>

export interface PartitionQuery {
  readonly partition: string
  /** Only sort keys that start with this. */
  readonly sortKeyPrefix?: string
  /** Most items of a page. */
  readonly limit: number
  readonly start?: PageStart
}

export interface MergeQuery {
  readonly partitions: readonly { readonly partition: string; readonly start?: PageStart }[]
  readonly limit: number
}

/** May be short, as every page may be. */
export interface MergedPage {
  /** With the place of its partition in the query. */
  readonly items: readonly { readonly item: Item; readonly partition: number }[]
  /** Whether there are items after these. */
  readonly more: boolean
}

/** Largest item in bytes, after DynamoDB's rules of counting. Source: DynamoDB's service quotas (400 KB). */
export const MAX_ITEM_BYTES = 400 * 1024

/** Most writes of one transaction. Source: DynamoDB's service quotas. */
export const MAX_TRANSACTION_WRITES = 100

/**
 * The one table of a project. Every write is durable, and its change is recorded with it atomically, when the
 * promise resolves. Reads by key and of partitions see every acknowledged write; the index may lag.
 *
 * Failures: `StoreError` with `itemTooLarge`, `throttled` or `unavailable`.
 */
export interface ItemTable {
  get(key: ItemKey): Promise<Item | undefined>
  /** Items in the order of the keys; at most 100 keys. */
  getMany(keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]>
  /** Single write. `before` is given for put and delete, `after` for update. */
  write(write: PutWrite | UpdateWrite | DeleteWrite): Promise<WriteResult>
  /** All or nothing; at most `MAX_TRANSACTION_WRITES` writes, each on another key. */
  transact(writes: readonly Write[]): Promise<TransactionResult>
  /** Items of one partition in sort key order. */
  query(query: PartitionQuery): Promise<Page>
  /** Items of one GSI1 partition in GSI1 sort key order. */
  queryIndex(query: PartitionQuery): Promise<Page>
  /**
   * Items of several GSI1 partitions, the oldest sort key first, each partition from its own start on. For tables that
   * can do it in one go; of others ask `queryIndex` for each partition, and merge.
   */
  mergeIndex?(query: MergeQuery): Promise<MergedPage>
  /** Items whose partition key starts with a prefix, in no promised order. For administration: it reads much. */
  scan(query: { readonly prefix: string; readonly limit: number; readonly start?: PageStart }): Promise<Page>
}
