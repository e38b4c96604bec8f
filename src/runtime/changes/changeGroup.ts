import type { ChangeRecord } from './changeRecord.js'

/** The records of one item. */
export interface ChangeGroup {
  /** Index of the first of them in the batch. */
  readonly first: number
  readonly oldest: ChangeRecord
  readonly records: readonly ChangeRecord[]
}

/** Records by item, in the order in which the items come first. */
export function groupsOf(records: readonly ChangeRecord[]): ChangeGroup[] {
  const groups = new Map<string, ChangeGroup & { records: ChangeRecord[] }>()
  for (const [first, oldest] of records.entries()) {
    const { PK } = oldest.change.key
    const group = groups.get(PK)
    if (group) group.records.push(oldest)
    else groups.set(PK, { first, oldest, records: [oldest] })
  }
  return [...groups.values()]
}
