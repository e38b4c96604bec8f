import type { Item, ItemTable, TransactionResult, Write } from './itemTable.js'

/**
 * `created`: it is stored now. `identical`: there is such an item with the same attributes. `exists`: there is one with
 * others. `itemTooLarge`: past `MAX_ITEM_BYTES`. Only `created` has written anything.
 */
export type CreateResult = 'created' | 'exists' | 'identical' | 'itemTooLarge'

/** `failed` are indexes of the group's writes. */
export type GroupResult =
  | TransactionResult
  | { readonly ok: false; readonly reason: 'itemTooLarge'; readonly failed: readonly number[] }

/** Attributes that the system sets for itself at each creation. */
export const SYSTEM_ATTRIBUTES: readonly string[] = [
  '_incarnation',
  '_rev',
  'createdAt',
  'updatedAt',
  'GSI1-PK',
  'GSI1-SK',
]

/** A table that takes many writes at once, for imports. Each item is as durable as a single write when the promise resolves. */
export interface BulkItemTable extends ItemTable {
  /**
   * Creates items and overwrites none. A later item with the key of an earlier one counts as existing. `ignore` names
   * attributes that do not count for `identical`. Default: `SYSTEM_ATTRIBUTES`.
   */
  createBulk(
    items: readonly Item[],
    options?: { readonly ignore?: readonly string[] },
  ): Promise<readonly CreateResult[]>
  /** Many transactions. Each group is all or nothing and sees what the groups before it did. */
  transactBulk(groups: readonly (readonly Write[])[]): Promise<readonly GroupResult[]>
}
