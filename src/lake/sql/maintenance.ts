import { batchesNames } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { monthsCondition } from './monthsCondition.js'
import { quoted } from './trinoType.js'

/** Answers the base's present snapshot as one text; no row when it has none. */
export function snapshotStatement(table: LakeTable): string {
  const { base } = batchesNames(table.name)
  return `SELECT CAST(snapshot_id AS varchar) AS snapshot FROM "${base}$history" ORDER BY made_current_at DESC LIMIT 1`
}

/**
 * Packs the base's files; with `months` (`YYYY-MM`) those of these months, and maybe of others of the same years. Athena
 * takes no name in quotes here.
 */
export function optimizeStatement(table: LakeTable, months?: readonly string[]): string {
  const all = `OPTIMIZE ${batchesNames(table.name).base} REWRITE DATA USING BIN_PACK`
  return months && months.length > 0 ? `${all} WHERE ${monthsCondition(table, months)}` : all
}

/**
 * Removes snapshots past the age in the table's properties, and the files that only they have. Without the permission to
 * delete objects it succeeds all the same. After a thousand files it fails with ICEBERG_VACUUM_MORE_RUNS_NEEDED, and is to
 * run again. Athena wants backticks here around a name that begins with an underscore, and takes no quotes.
 */
export function vacuumStatement(table: LakeTable): string {
  return `VACUUM \`${batchesNames(table.name).base}\``
}

/** Removes every row of the base; its former snapshots still have them. */
export function clearStatement(table: LakeTable): string {
  return `DELETE FROM ${quoted(batchesNames(table.name).base)}`
}
