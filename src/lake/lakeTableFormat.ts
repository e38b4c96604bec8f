import type { LakeColumn, LakeTable } from '../model/lakeSchema.js'

/** Number of the published files' layout, in the metadata of each. */
export const LAKE_FORMAT = 1

/** Columns as stored: those of the lake, and the revision that tells which state of the item a row shows. */
export function storedColumns(table: LakeTable): LakeColumn[] {
  return [...table.columns, { name: '_rev', type: { kind: 'bigint' } }]
}

/** What each Parquet file says of itself. */
export function lakeMetadata(table: LakeTable): { readonly key: string; readonly value: string }[] {
  return [
    { key: 'oc-graphql.format', value: String(LAKE_FORMAT) },
    { key: 'oc-graphql.table', value: table.name },
  ]
}
