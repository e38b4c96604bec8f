import { type BatchRow, GONE_REV, tombstoneOf } from '../../../src/lake/batchRow.js'
import type { LakeTable } from '../../../src/model/lakeSchema.js'

/** States of rows as they may be spread over a base and two batches, the second one later. */
export interface SpreadRows {
  readonly base: readonly BatchRow[]
  readonly first: readonly BatchRow[]
  readonly second: readonly BatchRow[]
}

/**
 * Spreads rows so that a reading of any part alone, or of the wrong state of a key, gives something else: rows in the base
 * only, in batches only, older states under newer ones, repeats, items that are gone, and former lives of an id.
 */
export function spread(table: LakeTable, rows: readonly BatchRow[]): SpreadRows {
  const base: BatchRow[] = []
  const first: BatchRow[] = []
  const second: BatchRow[] = []
  for (const [index, row] of rows.entries()) {
    const older = (by: number): BatchRow => ({ ...row, rev: row.rev - by, values: changed(table, row, by) })
    switch (index % 6) {
      case 0:
        base.push(row)
        break
      case 1:
        base.push(older(1))
        first.push(row)
        break
      case 2:
        second.push(row)
        break
      case 3:
        base.push(row)
        first.push(row)
        break
      case 4:
        base.push(older(2))
        first.push(older(1))
        second.push(row)
        break
      case 5:
        first.push(row)
        second.push(older(1))
    }
    if (index % 7 === 0) {
      const ghost = {
        ...row,
        id: `ghost-${row.id}`,
        incarnation: `ghost-${index}`,
        values: withId(table, row),
      }
      const places = [base, first, second]
      places[index % 3]?.push(ghost)
      ;(index % 2 === 0 ? first : second).push(
        ...(index % 3 === 1 && index % 2 === 0 ? [] : [tombstoneOf(ghost)]),
      )
      if (index % 3 === 1 && index % 2 === 0) second.push(tombstoneOf(ghost))
    }
    if (index % 11 === 0) {
      const former = {
        ...row,
        incarnation: `former-${index}`,
        rev: row.rev + 5,
        values: changed(table, row, 9),
      }
      base.push(former)
      second.push(tombstoneOf(former, index % 2 === 0 ? GONE_REV : former.rev))
    }
  }
  return { base: unique(base), first: unique(first), second: unique(second) }
}

/** Within a batch each key is there once: the tombstone where there is one. */
function unique(rows: readonly BatchRow[]): BatchRow[] {
  const found = new Map<string, BatchRow>()
  for (const row of rows) {
    const key = JSON.stringify([row.id, row.createdAt, row.incarnation])
    if (!found.has(key) || row.values === undefined) found.set(key, row)
  }
  return [...found.values()]
}

/** Other values in the columns of texts and numbers, the key's not among them. */
function changed(table: LakeTable, { values }: BatchRow, by: number): NonNullable<BatchRow['values']> {
  return table.columns.map(({ name, type }, at) => {
    const value = values?.[at] ?? null
    if (name === table.idColumn || name === 'createdAt') return value
    if (type.kind === 'string') return `stale ${by}`
    return type.kind === 'int' || type.kind === 'double' ? 1_000_000 + by : null
  })
}

function withId(table: LakeTable, { id, values }: BatchRow): NonNullable<BatchRow['values']> {
  return table.columns.map(({ name }, at) =>
    name === table.idColumn ? `ghost-${id}` : (values?.[at] ?? null),
  )
}
