/** One stored object as a listing shows it. */
export interface ObjectEntry {
  readonly key: string
  /** In bytes. */
  readonly size: number
}

export interface ObjectPage {
  readonly objects: readonly ObjectEntry[]
  /** Where the next page starts; absent after the last. Opaque. */
  readonly next?: string
}

/**
 * A flat store of immutable bytes under keys; `put` replaces. What was acknowledged is seen by every later read and
 * listing.
 *
 * Failures: `StoreError` with `throttled` or `unavailable`.
 */
export interface ObjectStore {
  put(key: string, body: Uint8Array): Promise<void>
  /** Undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>
  exists(key: string): Promise<boolean>
  /** Removes an object; does nothing when there is none. */
  delete(key: string): Promise<void>
  /** Removes any number of objects, a thousand to a call. Throws when one could not be removed; others may be gone then. */
  deleteMany(keys: readonly string[]): Promise<void>
  /** Objects whose keys start with a prefix, in the order of their keys. */
  list(query: {
    readonly prefix: string
    readonly limit: number
    readonly start?: string
  }): Promise<ObjectPage>
}
