/** One immutable object with the newest states of some items. */
export interface LakeBatch {
  /** Key of the object. */
  readonly key: string
  /** Day of the change in UTC, `YYYY-MM-DD`: its partition. */
  readonly day: string
  /** Months of its rows' `createdAt` in UTC, `YYYY-MM`, sorted. */
  readonly months: readonly string[]
  readonly rows: number
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly addedAt: number
}

/** An object that no new query reads; it goes once no running one can read it either. */
export interface RetiredBatch extends LakeBatch {
  /** Milliseconds since 1970. */
  readonly retiredAt: number
}

/** Who alone may change the base, and what it has begun. */
export interface LakeLease {
  readonly owner: string
  /** Milliseconds since 1970: past it anybody may take the lease over, once the statement has ended. */
  readonly until: number
  readonly work: 'fold' | 'merge' | 'optimize' | 'vacuum' | 'rebuild' | 'purge'
  /** The maintenance statement that may be running: a successor waits for its end before it begins. */
  readonly statement?: { readonly token: string; readonly sql: string }
}

/** What a table of the lake consists of, in layout `batches`. */
export interface LakeManifest {
  readonly table: string
  /** Raised by whoever takes batches out: a batch whose items were read before does not get in any more. */
  readonly generation: number
  /** Grows with each change of the manifest. */
  readonly version: number
  /** Iceberg snapshot that queries read; absent while the base is empty. A 64-bit integer as text. */
  readonly snapshot?: string
  /** Oldest first. */
  readonly batches: readonly LakeBatch[]
  readonly retired: readonly RetiredBatch[]
  readonly lease?: LakeLease
  /** When the base was last written, packed and cleaned: milliseconds since 1970. */
  readonly foldedAt?: number
  readonly optimizedAt?: number
  readonly vacuumedAt?: number
}

/** `fenced`: the generation is another one; `full`: the list must be folded or merged first. */
export type AppendOutcome = 'added' | 'fenced' | 'full'

/**
 * The manifests of a project's tables. A table without one has an empty manifest of generation 0 and version 0.
 *
 * Failures: `StoreError` with `throttled` or `unavailable`.
 */
export interface LakeManifests {
  /** All of them as of one moment; sees every change that was acknowledged before. */
  read(tables: readonly string[]): Promise<ReadonlyMap<string, LakeManifest>>
  /** Adds a batch at the end of the list if the generation is still this one: one conditional write, no reading. */
  append(table: string, batch: LakeBatch, generation: number): Promise<AppendOutcome>
  /**
   * Replaces a manifest by what `change` makes of it, if nobody has changed it in between; otherwise `change` is asked
   * again with what is there by then. Undefined from `change`: leaves it, and resolves with undefined. The version is counted here.
   */
  update(
    table: string,
    change: (manifest: LakeManifest) => LakeManifest | undefined,
  ): Promise<LakeManifest | undefined>
}
