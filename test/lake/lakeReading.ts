import { type BatchRow, newestRows, rowKeyText } from '../../src/lake/batchRow.js'
import type { LakeManifest } from '../../src/ports/lakeManifests.js'

/** What the relation of a table shows: the base as of its snapshot without the keys in the batches, and their newest live rows. */
export function relationRows(base: readonly BatchRow[], hot: readonly BatchRow[]): readonly BatchRow[] {
  const newest = newestRows(hot)
  const keys = new Set(newest.map(rowKeyText))
  return [...base.filter((row) => !keys.has(rowKeyText(row))), ...newest.filter((row) => row.values)]
}

/** Reads a manifest's relation all at once. Throws when an object or the snapshot isn't there. */
export function readRelation(
  { snapshot, batches }: LakeManifest,
  parts: {
    readonly asOf: (snapshot: string) => readonly BatchRow[] | undefined
    readonly rowsOf: (key: string) => readonly BatchRow[] | undefined
  },
): readonly BatchRow[] {
  const base = snapshot === undefined ? [] : parts.asOf(snapshot)
  if (!base) throw new Error(`The snapshot ${snapshot} is gone.`)
  const hot = batches.flatMap(({ key }) => {
    const rows = parts.rowsOf(key)
    if (!rows) throw new Error(`The object ${key} is gone.`)
    return rows
  })
  return relationRows(base, hot)
}
