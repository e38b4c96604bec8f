import type { BatchFormat } from '../../lake/batchFormat.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeBatch, LakeManifest, LakeManifests } from '../../ports/lakeManifests.js'
import type { ObjectStore } from '../../ports/objectStore.js'
import type { SqlEngine } from '../../ports/sqlEngine.js'
import type { Clock, Logger, Random } from '../../ports/system.js'

/** What the upkeep of the lake works with, in layout `batches`. */
export interface KeeperContext extends MergeContext {
  readonly objects: Pick<ObjectStore, 'get' | 'put' | 'delete' | 'deleteMany' | 'list'>
  readonly sql: Pick<SqlEngine, 'start' | 'execution' | 'query'>
  readonly statements: MaintenanceStatements
  /**
   * Brings the base into the table's form. Called before a fold's first statement, by several keepers at once or again.
   * `rebuild`: only making the lake again does.
   */
  readonly ensureBase?: (table: LakeTable, manifest: LakeManifest) => Promise<'ready' | 'rebuild'>
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Has merges of all tables wait for each other, since each holds all of its rows in memory. Default: nobody waits. */
  readonly inTurn?: <T>(work: () => Promise<T>) => Promise<T>
  /** Milliseconds that are left for the work at hand: what is not done by then goes on in another call. */
  readonly remainingMs?: () => number
}

/** As much of it as merging batches uses. */
export interface MergeContext {
  readonly manifests: LakeManifests
  readonly objects: Pick<ObjectStore, 'get' | 'put'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings: KeeperSettings
  /** Default: Parquet. */
  readonly formatOf?: (table: LakeTable) => BatchFormat
}

/** Texts of the statements that change the base. The same arguments give the same texts. */
export interface MaintenanceStatements {
  /** Brings the newest rows of batches into the base, and takes out what their tombstones say. Each is safe to repeat. */
  merge(table: LakeTable, batches: readonly LakeBatch[]): readonly string[]
  /**
   * Empties a base of which nothing counts, in one statement or more. Where the manifest's `baseColumns` have types that the
   * table's haven't, by dropping it and making it again.
   */
  clear(table: LakeTable, manifest: LakeManifest): readonly string[]
  /** Packs the files of months, in as many statements as it takes. Of no months: makes another snapshot of the same rows. */
  optimize(table: LakeTable, months: readonly string[]): readonly string[]
  /** Removes snapshots past their age, and their files. */
  vacuum(table: LakeTable): string
  /** One row with the id of the base's present snapshot as a text; no row while it has none. */
  snapshot(table: LakeTable): string
}

export interface KeeperSettings {
  /**
   * Longest time from a query's look at the manifest to its end, in milliseconds, and the same of a keeper from its look at the
   * clock to its write. Default 35 minutes: Athena ends a statement after 30.
   */
  readonly queryMs: number
  /** Age at which VACUUM removes snapshots, as the tables are set up, in milliseconds. At least twice `queryMs`. Default 2 hours. */
  readonly snapshotAgeMs: number
  /** A table is folded when its oldest batch is this old, in milliseconds. Default 10 minutes. */
  readonly foldAfterMs: number
  /** Or when its batches have this many rows. Default 200,000. */
  readonly foldRows: number
  /** Or this many bytes. Default 64 MiB. */
  readonly foldBytes: number
  /** Folds after which the base is packed. Default 30. */
  readonly packAfterFolds: number
  /** Or this time after the first of them, in milliseconds. Default 1 day. */
  readonly packAfterMs: number
  /** Time between two removals of old snapshots, in milliseconds. Default 1 day. */
  readonly vacuumEveryMs: number
  /** Time between two looks for objects that nothing names, in milliseconds. Default 1 day. */
  readonly sweepEveryMs: number
  /** Batches of about one size that are merged into one. Default 8. */
  readonly mergeFanIn: number
  /** Most rows and bytes of the batches that one merge takes: it holds them in memory. Default 100,000 and 16 MiB. */
  readonly mergeRows: number
  readonly mergeBytes: number
  /** Failures of a statement before its work is given up. Default 3. */
  readonly tries: number
  /** Pause before work that was given up is begun again, in milliseconds; it doubles up to an hour. Default 1 minute. */
  readonly troubleMs: number
  /** Pause between two looks at a running statement, in milliseconds. Default 1,000. */
  readonly pollMs: number
  /** Nothing is begun with less time than this left, in milliseconds. Default 20,000. */
  readonly reservedMs: number
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

export const DEFAULT_KEEPER_SETTINGS: KeeperSettings = {
  queryMs: 35 * MINUTE,
  snapshotAgeMs: 120 * MINUTE,
  foldAfterMs: 10 * MINUTE,
  foldRows: 200_000,
  foldBytes: 64 * 1024 * 1024,
  packAfterFolds: 30,
  packAfterMs: DAY,
  vacuumEveryMs: DAY,
  sweepEveryMs: DAY,
  mergeFanIn: 8,
  mergeRows: 100_000,
  mergeBytes: 16 * 1024 * 1024,
  tries: 3,
  troubleMs: MINUTE,
  pollMs: 1000,
  reservedMs: 20_000,
}
