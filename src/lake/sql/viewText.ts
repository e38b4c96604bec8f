import { BATCH_COLUMNS, batchesNames, CHANGE_DAY } from '../../model/lakeLayout.js'
import type { LakeTable } from '../../model/lakeSchema.js'
import { keyColumns } from './baseColumns.js'
import { newestFirst, RANK } from './batchRows.js'
import { baseSelection, hotColumns } from './tableRelation.js'
import { quoted } from './trinoType.js'

/** Batches of these last days are looked at: they are folded within minutes, and kept for less than two hours after. */
const DAYS = 3

/**
 * SELECT of the view that BI tools read. Approximate: it sees the base as it is at that moment and every batch of the last
 * days, those included that no statement of the API would read, so for moments a change may be missing or come back.
 */
export function viewText(table: LakeTable): string {
  const { base, batches } = batchesNames(table.name)
  const { rev, incarnation, deleted } = BATCH_COLUMNS
  const columns = [...table.columns.map(({ name }) => name), rev, incarnation, deleted].map(quoted)
  const since = `date_format(current_date - INTERVAL '${DAYS}' DAY, '%Y-%m-%d')`
  const rows = `SELECT ${columns.join(', ')}, ${newestFirst(table)} AS ${RANK} FROM ${quoted(batches)} WHERE ${quoted(CHANGE_DAY)} >= ${since}`
  const [newRev, oldRev] = [`h.${quoted(rev)}`, `b.${quoted(rev)}`]
  const same = keyColumns(table).map((key) => `h.${quoted(key)} = b.${quoted(key)}`)
  const isNewer = `${same.join(' AND ')} AND h.${RANK} = 1 AND (${newRev} > ${oldRev} OR h.${quoted(deleted)} AND ${newRev} = ${oldRev})`
  const isStale = `${same.join(' AND ')} AND ${oldRev} >= ${newRev}`
  return [
    `WITH hot AS (${rows})`,
    `SELECT ${baseSelection(table)} FROM ${quoted(base)} AS b WHERE NOT EXISTS (SELECT 1 FROM hot AS h WHERE ${isNewer})`,
    `UNION ALL SELECT ${hotColumns(table)} FROM hot AS h WHERE h.${RANK} = 1 AND NOT h.${quoted(deleted)}`,
    `AND NOT EXISTS (SELECT 1 FROM ${quoted(base)} AS b WHERE ${isStale})`,
  ].join(' ')
}
