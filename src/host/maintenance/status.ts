import { lakeFolder, lakePlaces } from '../../adapters/embedded/lake/lakeFolder.js'
import { readManifest } from '../../adapters/embedded/lake/manifest.js'
import type { Json } from '../../model/json.js'
import { SqlError } from '../../ports/sqlEngine.js'
import type { Host } from '../host.js'
import { failedWork } from './failedWork.js'
import type { Perform } from './work.js'

/** What `ocg lake status` tells. Times are ISO 8601. */
export interface LakeStatus {
  readonly tables: readonly TableStatus[]
  readonly sql: {
    /** Change records that SQL does not show yet, and the age of the oldest. */
    readonly lagRecords: number
    readonly lagSeconds: number
  }
  readonly image: {
    readonly bytes: number
    readonly idealBytes: number
    /** When it was last made or rewritten. */
    readonly rewrittenAt: string
  }
  readonly published: {
    readonly publishedAt?: string
    readonly files: number
    readonly bytes: number
    /** How long the oldest change has waited for its publication; 0 when all is published. */
    readonly lagSeconds: number
  }
}

export interface TableStatus {
  readonly table: string
  /** Rows that SQL shows. */
  readonly rows: number
  /** Changes that SQL does not show yet, as a part of the rows. */
  readonly hotShare: number
  /** Published files and their bytes. */
  readonly files: number
  readonly bytes: number
  /** About the table's part of the query image. */
  readonly imageBytes: number
}

export const status: Perform<'status'> = async (host) => {
  try {
    return (await lakeStatus(host)) as unknown as Json
  } catch (error) {
    throw error instanceof SqlError ? failedWork(error) : error
  }
}

async function lakeStatus(host: Host): Promise<LakeStatus> {
  const { sql, store } = host
  const described = await sql.describeImage()
  const manifest = await readManifest(lakePlaces(lakeFolder(store.folder)).manifest)
  const pending = pendingChanges(host, described.position)
  const { unpublishedSince } = sql.stats().publication
  const tables = described.tables.map(({ table, rows, idealBytes }): TableStatus => {
    const hot = pending.byTable.get(table) ?? 0
    const { files = 0, bytes = 0 } = manifest?.tables[table] ?? {}
    return { table, rows, hotShare: hot / Math.max(1, rows, hot), files, bytes, imageBytes: idealBytes }
  })
  return {
    tables,
    sql: { lagRecords: pending.records, lagSeconds: secondsSince(pending.oldest) },
    image: {
      bytes: described.bytes,
      idealBytes: described.idealBytes,
      rewrittenAt: new Date(described.madeAt).toISOString(),
    },
    published: {
      ...(manifest?.publishedAt !== undefined && { publishedAt: manifest.publishedAt }),
      files: tables.reduce((sum, { files }) => sum + files, 0),
      bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      lagSeconds: secondsSince(unpublishedSince),
    },
  }
}

/** More are hardly worth counting one by one: they are all that is said then. */
const COUNTED_RECORDS = 20_000

function pendingChanges({ store }: Host, position: number) {
  const records = store.feed.read(position, COUNTED_RECORDS)
  const byTable = new Map<string, number>()
  for (const { changes } of records) {
    for (const change of changes) {
      const table = (change.new ?? change.old)?.entityType ?? ''
      byTable.set(table, (byTable.get(table) ?? 0) + 1)
    }
  }
  return { byTable, records: Math.max(0, store.feed.head() - position), oldest: records[0]?.time }
}

function secondsSince(time: number | undefined): number {
  return time === undefined ? 0 : Math.max(0, (Date.now() - time) / 1000)
}
