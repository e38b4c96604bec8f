import { batchesNames } from '../../../model/lakeLayout.js'
import type { LakeManifest } from '../../../ports/lakeManifests.js'
import { textTable } from '../../textTable.js'
import type { AwsLake } from './openAwsLake.js'

/** How a table of the lake is. Times are milliseconds since 1970. */
export interface AwsTableStatus {
  readonly table: string
  /** Of base and batches together; a row that has changed since the last fold counts twice. */
  readonly rows: number
  readonly files: number
  readonly bytes: number
  readonly batches: number
  /** Share of the rows that are in batches, 0 to 1. */
  readonly hotShare: number
  /** Age of the oldest batch that is not folded yet, in milliseconds; 0 without any. */
  readonly oldestMs: number
  /** Objects that go when no query can read them any more. */
  readonly retired: number
  readonly foldedAt?: number
  readonly optimizedAt?: number
  readonly vacuumedAt?: number
  /** Work that is under way. */
  readonly work?: string
  /** Rows that are being purged, and how far the one is that has the longest way to go. */
  readonly purges?: { readonly count: number; readonly step: string }
  /** Work that was given up, and why. */
  readonly trouble?: string
}

interface BaseFiles {
  readonly rows: number
  readonly files: number
  readonly bytes: number
}

const NOTHING: BaseFiles = { rows: 0, files: 0, bytes: 0 }

/** Tables of one statement: Athena plans each of its parts. */
const TABLES_AT_ONCE = 20

export async function awsLakeStatus(lake: AwsLake): Promise<readonly AwsTableStatus[]> {
  const names = lake.tables.map(({ name }) => name)
  const manifests = await lake.manifests.read(names)
  const bases = await baseFiles(
    lake,
    names.filter((name) => manifests.get(name)?.snapshot !== undefined),
  )
  return names.map((name) =>
    statusOf(manifests.get(name) as LakeManifest, bases.get(name) ?? NOTHING, lake.clock.now()),
  )
}

function statusOf(manifest: LakeManifest, base: BaseFiles, now: number): AwsTableStatus {
  const { table, batches, retired, lease, trouble, purges, foldedAt, optimizedAt, vacuumedAt } = manifest
  const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0)
  const hot = sum(batches.map(({ rows }) => rows))
  const rows = base.rows + hot
  return {
    table,
    rows,
    files: base.files + batches.length,
    bytes: base.bytes + sum(batches.map(({ bytes }) => bytes)),
    batches: batches.length,
    hotShare: rows === 0 ? 0 : hot / rows,
    oldestMs: Math.max(0, ...batches.map(({ addedAt }) => now - addedAt)),
    retired: sum(retired.map(({ objects }) => objects)),
    ...(foldedAt !== undefined && { foldedAt }),
    ...(optimizedAt !== undefined && { optimizedAt }),
    ...(vacuumedAt !== undefined && { vacuumedAt }),
    ...(lease && { work: lease.work }),
    ...(purges && { purges: { count: purges.length, step: purges.at(-1)?.step ?? '' } }),
    ...(trouble && { trouble: `${trouble.work}: ${trouble.message}` }),
  }
}

/** What Iceberg says of the files of each base's present snapshot. */
async function baseFiles({ sql }: AwsLake, tables: readonly string[]): Promise<Map<string, BaseFiles>> {
  const found = new Map<string, BaseFiles>()
  for (let at = 0; at < tables.length; at += TABLES_AT_ONCE) {
    const text = tables
      .slice(at, at + TABLES_AT_ONCE)
      .map((table) => {
        const files = `"${batchesNames(table).base}$files"`
        return `SELECT '${table}', count(*), coalesce(sum(record_count), 0), coalesce(sum(file_size_in_bytes), 0) FROM ${files}`
      })
      .join(' UNION ALL ')
    const { rows } = await sql.query(text, { timeoutMs: 120_000, maxRows: TABLES_AT_ONCE })
    for (const [table, files, count, bytes] of rows) {
      found.set(String(table), { rows: Number(count), files: Number(files), bytes: Number(bytes) })
    }
  }
  return found
}

export function statusTable(statuses: readonly AwsTableStatus[], now: number): string {
  const ago = (time: number | undefined) => (time === undefined ? 'never' : `${span(now - time)} ago`)
  return textTable(
    ['table', 'rows', 'files', 'bytes', 'batches', 'hot', 'oldest', 'folded', 'packed', 'cleaned', 'now'],
    statuses.map((one) => [
      one.table,
      one.rows,
      one.files,
      one.bytes,
      one.batches,
      `${(one.hotShare * 100).toFixed(1)} %`,
      one.batches === 0 ? '' : span(one.oldestMs),
      ago(one.foldedAt),
      ago(one.optimizedAt),
      ago(one.vacuumedAt),
      [one.trouble ?? one.work ?? '', one.purges ? `${one.purges.count} purged: ${one.purges.step}` : '']
        .filter((text) => text !== '')
        .join(', '),
    ]),
  )
}

/** `45 s`, `12 min`, `3 h`, `5 d` */
function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}
