import type { Store } from '../../src/adapters/embedded/store/store.js'
import type { ChangeRecord } from '../../src/runtime/changes/changeRecord.js'
import { entityItem, likeItem } from '../sql/testShop.js'
import type { Dice } from './memoryObjects.js'

/** One random write; answers the incarnation that it removed, if it did. */
export async function writeSomething(
  store: Store,
  dice: Dice,
  round: number,
  prefix: string,
): Promise<string | undefined> {
  const id = `${prefix}-${dice(4)}`
  const relation = likeItem(id, 'p', dice(5))
  const key = { PK: `user#${id}`, SK: `user#${id}` }
  const present = await store.table.get(key)
  switch (dice(8)) {
    case 0:
    case 3:
    case 4:
      await store.table.write({ kind: 'delete', key })
      return present ? String(present._incarnation) : undefined
    case 1:
      await store.table.write({ kind: 'delete', key: { PK: relation.PK, SK: relation.SK } })
      return undefined
    case 2:
      await store.table.write({
        kind: 'put',
        item: { ...relation, rating: round, _incarnation: `r${round}` },
        condition: { kind: 'notExists' },
      })
      return undefined
    default:
      if (present) {
        const write = { kind: 'update', key, set: { age: round }, add: { _rev: 1 } } as const
        await store.table.write(write)
        return undefined
      }
      await store.table.write({
        kind: 'put',
        item: {
          ...entityItem('user', id, {
            age: round,
            createdAt: `2024-0${1 + dice(3)}-01T00:00:00.000Z`,
          }),
          _incarnation: `${id}.${round}`,
        },
      })
      return undefined
  }
}

/** What the feed tells of since a position. */
export function recordsAfter(store: Store, position: number): ChangeRecord[] {
  return store.feed.read(position, 100_000).flatMap(({ sequence, changes }) =>
    changes.map((change, index) => ({
      sequence: `${sequence}.${index}`,
      changedAt: 0,
      change,
      isReplay: false,
    })),
  )
}
