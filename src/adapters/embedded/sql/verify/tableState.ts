import type { ItemKey } from '../../../../model/keys.js'
import type { Store } from '../../store/store.js'
import type { ImageTable } from '../image.js'
import type { LakeRow } from '../rowValues.js'
import { addExpected } from './compareRows.js'

/** The rows of these ids as the table has them now. */
export function presentRows(
  store: Store,
  table: ImageTable,
  prefix: string,
  ids: readonly string[],
): Map<string, LakeRow> {
  const rows = new Map<string, LakeRow>()
  const items = ids.flatMap((id) => {
    const item = store.table.read(keyOf(prefix, id))
    return item?.entityType === table.table.name ? [[id, item] as const] : []
  })
  addExpected(rows, table, items)
  return rows
}

const RECORDS = 1000

/** Those of these ids that the feed has changes of after a position; all of them when it does not reach back so far. */
export function changedAfter(
  store: Store,
  position: number,
  prefix: string,
  ids: readonly string[],
): Set<string> {
  if (store.feed.first() > position + 1) return new Set(ids)
  const wanted = new Map(ids.map((id) => [keyOf(prefix, id).PK, id]))
  const changed = new Set<string>()
  for (let after = position; ; ) {
    const records = store.feed.read(after, RECORDS)
    const last = records.at(-1)
    if (!last) return changed
    after = last.sequence
    for (const { changes } of records) {
      for (const { key } of changes) {
        const id = wanted.get(key.PK)
        if (id !== undefined) changed.add(id)
      }
    }
  }
}

function keyOf(prefix: string, id: string): ItemKey {
  return { PK: `${prefix}${id}`, SK: `${prefix}${id}` }
}
