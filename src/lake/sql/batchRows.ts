import { BATCH_COLUMNS, batchesNames, CHANGE_DAY } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeBatch } from '../../ports/lakeManifests.js'
import { keyColumns } from './baseColumns.js'
import type { LakePlace } from './lakePlace.js'
import { quoted, textLiteral } from './trinoType.js'

/**
 * How objects are chosen. `paths`: by their addresses, of which the engine opens no others. `names`: by their names, in
 * far fewer bytes; the engine opens every object of the days.
 */
export type ObjectChoice = 'paths' | 'names'

/** Place of a row among those of its key, from 1, the newest first; a tombstone before a row of its revision. */
export const RANK = '"_rank"'

/** `SELECT` of the table's columns and those of batches, with `RANK`, from these objects and no others. */
export function batchRows(
  table: LakeTable,
  batches: readonly LakeBatch[],
  place: LakePlace,
  choice: ObjectChoice,
  condition?: string,
): string {
  const { rev, incarnation, deleted } = BATCH_COLUMNS
  const columns = [...table.columns.map(({ name }) => name), rev, incarnation, deleted].map(quoted)
  const conditions = [isOneOf(batches, place, choice), ...(condition ? [condition] : [])]
  return `SELECT ${columns.join(', ')}, ${rankOf(table, batches)} AS ${RANK} FROM ${quoted(
    batchesNames(table.name).batches,
  )} WHERE ${conditions.join(' AND ')}`
}

/** Within an object each key is there once at most. */
function rankOf(table: LakeTable, batches: readonly LakeBatch[]): string {
  return batches.length === 1 ? '1' : newestFirst(table)
}

export function newestFirst(table: LakeTable): string {
  const { rev, deleted } = BATCH_COLUMNS
  const keys = keyColumns(table).map(quoted).join(', ')
  return `row_number() OVER (PARTITION BY ${keys} ORDER BY ${quoted(rev)} DESC, ${quoted(deleted)} DESC)`
}

function isOneOf(batches: readonly LakeBatch[], { root }: LakePlace, choice: ObjectChoice): string {
  const days = `${quoted(CHANGE_DAY)} IN ${listOf(batches.map(({ day }) => day))}`
  if (choice === 'paths') return `${days} AND "$path" IN ${listOf(batches.map(({ key }) => root + key))}`
  const names = batches.map(({ key }) => key.slice(key.lastIndexOf('/') + 1))
  return `${days} AND regexp_extract("$path", '[^/]+$') IN ${listOf(names)}`
}

function listOf(texts: readonly string[]): string {
  return `(${[...new Set(texts)].map(textLiteral).join(', ')})`
}
