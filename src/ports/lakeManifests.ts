/** One immutable object with the newest states of some items. */
export interface LakeBatch {
  /** Key of the object. */
  readonly key: string
  /** Day of the change in UTC, `YYYY-MM-DD`: its partition. */
  readonly day: string
  /** Months of its rows' `createdAt` in UTC, `YYYY-MM`, sorted. */
  readonly months: readonly string[]
  /** Tombstones among them. */
  readonly rows: number
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly addedAt: number
  /** The manifest's generation when its items were read. A fold takes the batches of all generations before its own. */
  readonly generation: number
}

/** Objects that no new query reads; they go once no running one can read them either. */
export interface RetiredBatches {
  /** Key of the object that names them: a JSON array of their keys. A busy table retires thousands within a query's time. */
  readonly list: string
  readonly objects: number
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly retiredAt: number
}

/**
 * Who alone may change the base, and what is under way. Work of statements (fold, optimize, vacuum) belongs to nobody:
 * everybody may take its next step, since each is safe to repeat. A rebuild is its owner's alone.
 */
export interface LakeLease {
  /** Random, another one for each piece of work: part of the tokens of its statements. */
  readonly owner: string
  readonly work: 'fold' | 'optimize' | 'vacuum' | 'rebuild'
  /** When the work began, in milliseconds since 1970. */
  readonly since: number
  /**
   * The generation that a fold or a rebuild has begun: batches of earlier ones are its own, and those of this one and
   * later ones stay.
   */
  readonly fence?: number
  /** A rebuild's only, in milliseconds since 1970: past it anybody may drop the lease. Its owner moves it on. */
  readonly until?: number
  /** Months that an `optimize` packs, `YYYY-MM`. */
  readonly months?: readonly string[]
  /** The statement that may be running. No other one of the work starts before it has ended. */
  readonly statement?: LakeStatement
}

export interface LakeStatement {
  readonly token: string
  readonly sql: string
  /** Its place among the work's statements, from 0. */
  readonly step: number
  /** Hash of all of them: other code may have made others. */
  readonly plan: string
  /** Times it has failed. */
  readonly failures: number
  /** Times it has done a part, and not all. Absent: 0. */
  readonly runs?: number
  /** Absent until its start is known to have been acknowledged. */
  readonly executionId?: string
}

/** Work on the base that failed. It is begun again after a while. */
export interface LakeTrouble {
  readonly work: LakeLease['work']
  /** Milliseconds since 1970. */
  readonly at: number
  /** Times in a row. */
  readonly times: number
  /** For operators. */
  readonly message: string
}

/** A row that is to leave no value behind, from its tombstone on. Which one is told nowhere. */
export interface LakePurge {
  /** Random. */
  readonly id: string
  /** Months of its `createdAt`, `YYYY-MM`. */
  readonly months: readonly string[]
  /** The manifest's generation when it was asked for: batches up to it may hold the row. */
  readonly generation: number
  /**
   * `fold`: until no listed batch holds it. `pack`: until the files of its months are written anew. `repack`: until there is
   * another snapshot, as Iceberg removes a file with the snapshot that took it out, and not before. `expire`: until nothing can
   * read an older snapshot. `clean`: until these, the retired objects and those that nothing names are gone.
   */
  readonly step: 'fold' | 'pack' | 'repack' | 'expire' | 'clean'
  /** The snapshot that took the row's file out. */
  readonly packed?: string
  /** Snapshots that had the row, and `packed`, or some of them: their files must be gone in the end. */
  readonly snapshots?: readonly string[]
  /** Batch objects that nothing named when `expire` began. */
  readonly leftovers?: readonly string[]
  /** When the purge began, and its step: milliseconds since 1970. */
  readonly since: number
  readonly at: number
}

/** What a table of the lake consists of, in layout `batches`. */
export interface LakeManifest {
  readonly table: string
  /** Raised by whoever takes batches out: a batch whose items were read before does not get in any more. */
  readonly generation: number
  /** Grows with each change of the manifest. */
  readonly version: number
  /** Iceberg snapshot that queries read; absent while nothing of the base counts. A 64-bit integer as text. */
  readonly snapshot?: string
  /**
   * Columns that the base has as of that snapshot, those included that the schema has lost: their names in lower case, their
   * types in Hive's words.
   */
  readonly baseColumns?: Readonly<Record<string, string>>
  /** A time before that snapshot was made, in milliseconds since 1970. */
  readonly snapshotAt?: number
  /** The base may have gone on from `snapshot`: work on it has begun and not come to its end. */
  readonly isBaseAhead?: boolean
  /** Oldest first. */
  readonly batches: readonly LakeBatch[]
  readonly retired: readonly RetiredBatches[]
  readonly lease?: LakeLease
  /** When the base was last written, packed and cleaned: milliseconds since 1970. */
  readonly foldedAt?: number
  readonly optimizedAt?: number
  readonly vacuumedAt?: number
  /** Snapshots before this were superseded too recently to be removed before this time: milliseconds since 1970. */
  readonly vacuumAfter?: number
  /** What folds have done to the base since it was packed. */
  readonly unpacked?: { readonly folds: number; readonly months: readonly string[]; readonly since: number }
  /** When objects that nothing names were last looked for, in milliseconds since 1970. */
  readonly sweptAt?: number
  /** The work that was given up last, until work of its kind succeeds. */
  readonly trouble?: LakeTrouble
  /** Rows that are being purged. */
  readonly purges?: readonly LakePurge[]
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
  /**
   * Adds a batch at the end of the list if the generation is still this one: one conditional write, no reading. The
   * same batch again is added once. When it throws, the batch may have been added: its object must stay.
   */
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
