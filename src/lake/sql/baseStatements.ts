import { batchesNames } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { hiveType } from '../hiveType.js'
import { baseColumns, basePartitions } from './baseColumns.js'
import { textLiteral } from './trinoType.js'

/**
 * Makes the Iceberg base in Athena's own words. `location`: address of its folder, `s3://bucket/base/t/`.
 * `snapshotAgeSeconds`: how long VACUUM keeps snapshots that are not the present one.
 */
export function createBaseStatement(
  table: LakeTable,
  location: string,
  { snapshotAgeSeconds }: { readonly snapshotAgeSeconds: number },
): string {
  const { year, month } = basePartitions(table)
  const properties = {
    table_type: 'ICEBERG',
    format: 'parquet',
    write_compression: 'zstd',
    vacuum_max_snapshot_age_seconds: String(snapshotAgeSeconds),
    vacuum_min_snapshots_to_keep: '1',
    // Else OPTIMIZE leaves rows that are deleted where they are, until many files have been.
    optimize_rewrite_delete_file_threshold: '1',
  }
  const pairs = Object.entries(properties).map(([name, value]) => `'${name}' = '${value}'`)
  return [
    `CREATE TABLE IF NOT EXISTS ${nameOf(table)} (${baseColumns(table).map(declaration).join(', ')})`,
    `PARTITIONED BY (\`${year}\`, \`${month}\`)`,
    `LOCATION ${textLiteral(location)}`,
    `TBLPROPERTIES (${pairs.join(', ')})`,
  ].join(' ')
}

/** Adds columns of the model that the base has not; `names` in any case. */
export function addColumnsStatement(table: LakeTable, names: readonly string[]): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const columns = baseColumns(table).filter(({ name }) => wanted.has(name.toLowerCase()))
  return `ALTER TABLE ${nameOf(table)} ADD COLUMNS (${columns.map(declaration).join(', ')})`
}

export function dropBaseStatement(table: LakeTable): string {
  return `DROP TABLE IF EXISTS ${nameOf(table)}`
}

/** Athena's DDL is Hive's: backticks, and its own names of types. */
function nameOf(table: LakeTable): string {
  return `\`${batchesNames(table.name).base}\``
}

function declaration({ name, type }: ReturnType<typeof baseColumns>[number]): string {
  return `\`${name.toLowerCase()}\` ${hiveType(type)}`
}
