import { sha256Hex } from './keys.js'

/** How the lake on AWS is laid out. `rows`: one object a row, for small data. `batches`: recent changes and a base. */
export type LakeLayout = (typeof LAKE_LAYOUTS)[number]

export const LAKE_LAYOUTS = ['rows', 'batches'] as const

/**
 * Tables and places of a table in layout `batches`. GraphQL keeps names that begin with two underscores for itself, so
 * no type of a schema has them.
 */
export function batchesNames(table: string) {
  return {
    /** The Iceberg base. */
    base: `__${table}_base`,
    /** Every batch object, those included that no query may read. */
    batches: `__${table}_batches`,
    /** Prefix of the base's objects. */
    basePrefix: `base/${table}/`,
    /** Prefix of the batches' objects. */
    batchesPrefix: `batches/${table}/`,
  } as const
}

/** Partition key of the batches in the catalog: the day of the change in UTC, `YYYY-MM-DD`. */
export const CHANGE_DAY = '_day'

/** Columns of a batch beside the table's own: which state of the item a row shows, and whether it is gone. */
export const BATCH_COLUMNS = {
  rev: '_rev',
  incarnation: '_incarnation',
  deleted: '_deleted',
} as const

/** Key of a batch object: `batches/{table}/_day=YYYY-MM-DD/{id}.parquet`. The id is random: no key is used twice. */
export function batchKey(table: string, day: string, id: string): string {
  return `${batchesNames(table).batchesPrefix}${CHANGE_DAY}=${day}/${id}.parquet`
}

/** Key of a table's manifest item. */
export function manifestKey(table: string): { readonly PK: string; readonly SK: string } {
  const key = `lakeManifest#${table}`
  return { PK: key, SK: key }
}

/** Token of a maintenance statement: the same work gives the same token, and Athena the same execution. */
export function maintenanceToken(...parts: readonly string[]): string {
  return sha256Hex(parts.join('|'))
}

/** Metrics of the lake keeper: the largest of all tables. Alarms go by their names. */
export const LAKE_METRICS = {
  /** Age of the oldest batch that waits to be folded, in seconds. */
  oldestBatch: 'LakeOldestBatchSeconds',
  /** Batches that a manifest lists. */
  listedBatches: 'LakeListedBatches',
} as const
