import { BATCH_COLUMNS } from '../../model/lakeLayout.js'
import type { LakeColumn, LakeTable } from '../../model/lakeSchema.js'

/** Names of the columns that the base is partitioned by. A field of the same name takes it away. */
export interface BasePartitions {
  readonly year: string
  readonly month: string
}

export function basePartitions(table: LakeTable): BasePartitions {
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()))
  const keyOf = (partition: string): string => {
    let key = partition
    while (taken.has(key)) key = `partition_${key}`
    return key
  }
  return { year: keyOf('year'), month: keyOf('month') }
}

const STRING = { kind: 'string' } as const

/** Columns of the Iceberg base, in order: the table's own, which state they show, and year and month of `createdAt`. */
export function baseColumns(table: LakeTable): LakeColumn[] {
  const { year, month } = basePartitions(table)
  return [
    ...table.columns,
    { name: BATCH_COLUMNS.rev, type: { kind: 'bigint' } },
    { name: BATCH_COLUMNS.incarnation, type: STRING },
    { name: year, type: STRING },
    { name: month, type: STRING },
  ]
}

/** What a row of the lake is known by. Never null. */
export function keyColumns(table: LakeTable): readonly string[] {
  return [table.idColumn, 'createdAt', BATCH_COLUMNS.incarnation]
}
