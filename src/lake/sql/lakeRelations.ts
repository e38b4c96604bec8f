import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeManifest, LakeManifests } from '../../ports/lakeManifests.js'
import type { LakePlace } from './lakePlace.js'
import { tableRelation, viewColumns } from './tableRelation.js'

/** What stands for a lake table at a moment. */
export interface RelationNow {
  readonly sql: string
  /** Names of its columns in order. */
  readonly columns: readonly string[]
}

/**
 * The relations that stand for lake tables at the moment of each call, by lake name, of all tables as of one moment. In
 * `maxBytes` of UTF-8 if need be: then the longest choose their objects by name, which is slower and gives the same rows.
 * Fails as `LakeManifests.read` does.
 */
export function lakeRelations(
  tables: readonly LakeTable[],
  manifests: Pick<LakeManifests, 'read'>,
  place: LakePlace,
): (names: readonly string[], maxBytes: number) => Promise<ReadonlyMap<string, RelationNow>> {
  const known = new Map(tables.map((table) => [table.name, table]))
  return async (names, maxBytes) => {
    const found = await manifests.read(names)
    const relations = new Map<string, string>()
    const shorter = new Map<string, () => string>()
    for (const name of names) {
      const table = known.get(name)
      if (!table) throw new Error('invariant: a statement reads tables of its own model')
      const manifest = found.get(name) ?? NOTHING
      relations.set(name, tableRelation(table, manifest, place))
      shorter.set(name, () => tableRelation(table, manifest, place, 'names'))
    }
    shorten(relations, shorter, maxBytes)
    return new Map(
      [...relations].map(([name, sql]) => {
        const table = known.get(name) as LakeTable
        return [name, { sql, columns: viewColumns(table).map((column) => column.name) }]
      }),
    )
  }
}

/** A table of which nothing has been written yet. */
const NOTHING: Pick<LakeManifest, 'batches'> = { batches: [] }

function shorten(
  relations: Map<string, string>,
  shorter: ReadonlyMap<string, () => string>,
  maxBytes: number,
): void {
  const longest = [...relations].sort(([, a], [, b]) => b.length - a.length)
  let bytes = longest.reduce((sum, [, sql]) => sum + utf8Length(sql), 0)
  for (const [name, sql] of longest) {
    if (bytes <= maxBytes) return
    const short = shorter.get(name)?.() ?? sql
    relations.set(name, short)
    bytes += utf8Length(short) - utf8Length(sql)
  }
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length
}
