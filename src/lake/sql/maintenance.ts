import { batchesNames } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { basePartitions } from './baseColumns.js'
import { monthsCondition } from './monthsCondition.js'
import { quoted } from './trinoType.js'

/** Answers the base's present snapshot as one text; no row when it has none. */
export function snapshotStatement(table: LakeTable): string {
  const { base } = batchesNames(table.name)
  return `SELECT CAST(snapshot_id AS varchar) AS snapshot FROM "${base}$history" ORDER BY made_current_at DESC LIMIT 1`
}

/** Most partitions that one statement of Athena writes. Source: "partitions written" in the quotas of Amazon Athena. */
const MOST_PARTITIONS = 100

/**
 * Statements that pack the files of these months (`YYYY-MM`), and maybe of others of the same years: the condition names
 * years and months apart, and no statement takes more partitions than one may write. With very many files one fails with
 * ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED, and is to run again. Athena takes no name in quotes here.
 *
 * Without months: a statement that makes another snapshot and changes no row. Iceberg removes a file that was packed with
 * the snapshot that took it out, and not while that is the present one, as it stays to be while a table is at rest.
 */
export function optimizeStatements(table: LakeTable, months: readonly string[]): string[] {
  if (months.length === 0) return [commitStatement(table)]
  const all = `OPTIMIZE ${batchesNames(table.name).base} REWRITE DATA USING BIN_PACK`
  return chunksOf([...new Set(months)].sort()).map((some) => `${all} WHERE ${monthsCondition(table, some)}`)
}

/**
 * A condition on partitions alone only commits which files go: here none, since no month has such a year. An engine that looked
 * for rows would find none and commit nothing.
 */
function commitStatement(table: LakeTable): string {
  return `DELETE FROM ${quoted(batchesNames(table.name).base)} WHERE ${quoted(basePartitions(table).year)} = ''`
}

function chunksOf(months: readonly string[]): string[][] {
  const chunks: string[][] = []
  for (const month of months) {
    const chunk = chunks.at(-1)
    if (chunk && partitionsOf([...chunk, month]) <= MOST_PARTITIONS) chunk.push(month)
    else chunks.push([month])
  }
  return chunks
}

function partitionsOf(months: readonly string[]): number {
  return (
    new Set(months.map((one) => one.slice(0, 4))).size * new Set(months.map((one) => one.slice(5, 7))).size
  )
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
