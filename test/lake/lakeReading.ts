import { type BatchRow, newestRows, rowKeyText } from '../../src/lake/batchRow.js'
import type { LakeManifest } from '../../src/ports/lakeManifests.js'

/** What the relation of a table shows: the base as of its snapshot without the keys in the batches, and their newest live rows. */
export function relationRows(
  base: ReadonlyMap<string, BatchRow>,
  hot: readonly BatchRow[],
): ReadonlyMap<string, BatchRow> {
  const newest = newestRows(hot)
  const rows = new Map(base)
  for (const row of newest) rows.delete(rowKeyText(row))
  for (const row of newest) if (row.values) rows.set(rowKeyText(row), row)
  return rows
}

/** Reads a manifest's relation all at once. Throws when an object or the snapshot isn't there. */
export function readRelation(
  { snapshot, batches }: LakeManifest,
  parts: {
    readonly asOf: (snapshot: string) => ReadonlyMap<string, BatchRow> | undefined
    readonly rowsOf: (key: string) => readonly BatchRow[] | undefined
  },
): ReadonlyMap<string, BatchRow> {
  const base = snapshot === undefined ? new Map<string, BatchRow>() : parts.asOf(snapshot)
  if (!base) throw new Error(`The snapshot ${snapshot} is gone.`)
  const hot = batches.flatMap(({ key }) => {
    const rows = parts.rowsOf(key)
    if (!rows) throw new Error(`The object ${key} is gone.`)
    return rows
  })
  return relationRows(base, hot)
}
