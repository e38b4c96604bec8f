import { BATCH_COLUMNS, batchesNames } from '../../model/lakeLayout.js'
import type { LakeColumn, LakeTable } from '../../model/lakeSchema.js'
import type { LakeManifest } from '../../ports/lakeManifests.js'
import { hiveType } from '../hiveType.js'
import { basePartitions, keyColumns } from './baseColumns.js'
import { batchRows, type ObjectChoice, RANK } from './batchRows.js'
import type { LakePlace } from './lakePlace.js'
import { holdsTimestamp, quoted, trinoType } from './trinoType.js'

/**
 * SQL of the relation that statements see as a table: of each key the newest state that its manifest names, tombstones
 * and what they mean left out. Its columns, their order and their types are those of layout `rows`.
 */
export function tableRelation(
  table: LakeTable,
  manifest: Pick<LakeManifest, 'snapshot' | 'baseColumns' | 'batches'>,
  place: LakePlace,
  choice: ObjectChoice = 'paths',
): string {
  const { snapshot, baseColumns, batches } = manifest
  const base = snapshot === undefined ? undefined : baseSelect(table, snapshot, baseColumns)
  if (batches.length === 0) return base ?? emptySelect(table)
  const hot = `WITH hot AS (${batchRows(table, batches, place, choice)}) `
  const live = `SELECT ${hotColumns(table)} FROM hot AS h WHERE h.${RANK} = 1 AND NOT h.${quoted(BATCH_COLUMNS.deleted)}`
  if (base === undefined) return hot + live
  // What a batch holds was read after all that the base holds: its keys are not looked up there.
  const same = keyColumns(table).map((key) => `h.${quoted(key)} = b.${quoted(key)}`)
  return `${hot}${base} WHERE NOT EXISTS (SELECT 1 FROM hot AS h WHERE ${same.join(' AND ')}) UNION ALL ${live}`
}

/** Columns of the relation with Trino's types, as the view of a table has them too. */
export function viewColumns(table: LakeTable): { readonly name: string; readonly type: string }[] {
  return [
    ...table.columns.map(({ name, type }) => ({ name: name.toLowerCase(), type: trinoType(type) })),
    ...table.partitionColumns.map((name) => ({ name, type: 'varchar' })),
  ]
}

function baseSelect(
  table: LakeTable,
  snapshot: string,
  present: Readonly<Record<string, string>> | undefined,
): string {
  if (!/^-?\d+$/.test(snapshot)) throw new Error('invariant: a snapshot is a whole number')
  return `SELECT ${baseSelection(table, present)} FROM ${quoted(batchesNames(table.name).base)} FOR VERSION AS OF ${snapshot} AS b`
}

/** What the base's columns of the alias `b` show; `present`: those that it has, all when absent. */
export function baseSelection(table: LakeTable, present?: Readonly<Record<string, string>>): string {
  const partitions = basePartitions(table)
  const columns = table.columns.map((column) => `${baseValue(column, present)} AS ${quoted(column.name)}`)
  const derived = table.partitionColumns.map((name) => {
    // The day is no column of the base: months are its partitions.
    const value = name === 'day' ? `date_format(b."createdat", '%d')` : `b.${quoted(partitions[name])}`
    return `${value} AS ${quoted(name)}`
  })
  return [...columns, ...derived].join(', ')
}

function baseValue({ name, type }: LakeColumn, present?: Readonly<Record<string, string>>): string {
  const wanted = trinoType(type)
  const stored = present ? present[name.toLowerCase()] : hiveType(type)
  if (stored === undefined) return `CAST(NULL AS ${wanted})`
  const isSame = stored === hiveType(type) && !holdsTimestamp(type)
  return isSame ? `b.${quoted(name)}` : `CAST(b.${quoted(name)} AS ${wanted})`
}

const FORMATS = { year: '%Y', month: '%m', day: '%d' } as const

/** What the columns of batches of the alias `h` show. */
export function hotColumns(table: LakeTable): string {
  return [
    ...table.columns.map(({ name }) => `h.${quoted(name)}`),
    ...table.partitionColumns.map(
      (name) => `date_format(h."createdat", '${FORMATS[name]}') AS ${quoted(name)}`,
    ),
  ].join(', ')
}

function emptySelect(table: LakeTable): string {
  const columns = viewColumns(table).map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoted(name)}`)
  return `SELECT ${columns.join(', ')} WHERE false`
}
