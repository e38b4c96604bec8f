import { BATCH_COLUMNS, batchesNames } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import type { LakeBatch } from '../../ports/lakeManifests.js'
import { baseColumns, basePartitions, keyColumns } from './baseColumns.js'
import { batchRows, type ObjectChoice, RANK } from './batchRows.js'
import type { LakePlace } from './lakePlace.js'
import { monthsCondition } from './monthsCondition.js'
import { holdsTimestamp, quoted, textLiteral, trinoType } from './trinoType.js'

/** Most partitions that one statement of Athena writes. Source: "partitions written" in the quotas of Amazon Athena. */
const MOST_MONTHS = 100

/** Longest statement in UTF-8 bytes that names objects by their addresses: the manifest that lists them holds it, too. */
const MOST_BYTES = 100_000

/**
 * Statements that bring the base up to these batches, in order, each for some months; none for no batches. All rows of a
 * key are in one of them, since they are of one month. Each may run again, in part or whole: what it has done already it
 * does not do twice, and what is newer in the base stays. The same batches give the same statements.
 */
export function mergeStatements(table: LakeTable, batches: readonly LakeBatch[], place: LakePlace): string[] {
  const months = [...new Set(batches.flatMap((batch) => batch.months))].sort()
  const statements: string[] = []
  for (let at = 0; at < months.length; at += MOST_MONTHS) {
    const some = months.slice(at, at + MOST_MONTHS)
    const chunk = months.length > MOST_MONTHS ? some : undefined
    const theirs = batches.filter((batch) => batch.months.some((month) => some.includes(month)))
    const long = merge(table, theirs, place, 'paths', some, chunk)
    const isLong = new TextEncoder().encode(long).length > MOST_BYTES
    statements.push(isLong ? merge(table, theirs, place, 'names', some, chunk) : long)
  }
  return statements
}

function merge(
  table: LakeTable,
  batches: readonly LakeBatch[],
  place: LakePlace,
  choice: ObjectChoice,
  months: readonly string[],
  chunk: readonly string[] | undefined,
): string {
  const { rev, deleted } = BATCH_COLUMNS
  const [newRev, oldRev] = [`h.${quoted(rev)}`, `b.${quoted(rev)}`]
  const gone = `h.${quoted(deleted)}`
  const columns = baseColumns(table).map(({ name }) => quoted(name))
  const { year, month } = basePartitions(table)
  const fixed = new Set([...keyColumns(table), year, month].map(quoted))
  const keys = keyColumns(table).map((key) => `b.${quoted(key)} = h.${quoted(key)}`)
  return [
    `MERGE INTO ${quoted(batchesNames(table.name).base)} AS b`,
    `USING (${source(table, batches, place, choice, chunk)}) AS h`,
    `ON ${keys.join(' AND ')} AND ${monthsCondition(table, months, 'b.')}`,
    `WHEN MATCHED AND ${gone} AND ${newRev} >= ${oldRev} THEN DELETE`,
    `WHEN MATCHED AND NOT ${gone} AND ${newRev} > ${oldRev} THEN UPDATE SET ${columns
      .filter((column) => !fixed.has(column))
      .map((column) => `${column} = h.${column}`)
      .join(', ')}`,
    `WHEN NOT MATCHED AND NOT ${gone} THEN INSERT (${columns.join(', ')})`,
    `VALUES (${columns.map((column) => `h.${column}`).join(', ')})`,
  ].join(' ')
}

/** The newest row of each key, in the base's columns and types, and whether it is a tombstone. */
function source(
  table: LakeTable,
  batches: readonly LakeBatch[],
  place: LakePlace,
  choice: ObjectChoice,
  chunk: readonly string[] | undefined,
): string {
  const { year, month } = basePartitions(table)
  const columns = baseColumns(table).map(({ name, type }) => {
    if (name === year) return `date_format("createdat", '%Y') AS ${quoted(name)}`
    if (name === month) return `date_format("createdat", '%m') AS ${quoted(name)}`
    return holdsTimestamp(type)
      ? `CAST(${quoted(name)} AS ${trinoType(type, 6)}) AS ${quoted(name)}`
      : quoted(name)
  })
  const inChunk = chunk && `date_format("createdat", '%Y-%m') IN (${chunk.map(textLiteral).join(', ')})`
  const rows = batchRows(table, batches, place, choice, inChunk)
  return `SELECT ${columns.join(', ')}, ${quoted(BATCH_COLUMNS.deleted)} FROM (${rows}) WHERE ${RANK} = 1`
}
