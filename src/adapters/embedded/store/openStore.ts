import type { Clock } from '../../../ports/system.js'
import type { Store } from './store.js'

export interface OpenStoreOptions {
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/**
 * Opens the store in a folder, which is made with mode 0700 when it is missing. Any number of processes may do so.
 *
 * Throws `DataFolderError`.
 */
export async function openStore(_folder: string, _options: OpenStoreOptions = {}): Promise<Store> {
  throw new Error('invariant: the store is being built')
}
