import type { LakeTable } from '../../model/lakeSchema.js'
import { basePartitions } from './baseColumns.js'
import { quoted, textLiteral } from './trinoType.js'

/**
 * Holds for the base's rows of these months (`YYYY-MM`), and maybe of others of their years: engines skip partitions by
 * lists of a column's values, and refuse to pack by anything else.
 */
export function monthsCondition(table: LakeTable, months: readonly string[], alias = ''): string {
  const { year, month } = basePartitions(table)
  const list = (texts: readonly string[]) => `(${[...new Set(texts)].sort().map(textLiteral).join(', ')})`
  const years = `${alias}${quoted(year)} IN ${list(months.map((one) => one.slice(0, 4)))}`
  return `${years} AND ${alias}${quoted(month)} IN ${list(months.map((one) => one.slice(5, 7)))}`
}
