import { isDeepStrictEqual } from 'node:util'
import type { Change } from '../../../ports/changes.js'
import type { Item } from '../../../ports/itemTable.js'
import type { DeadLetters, Store } from '../store/store.js'
import { ATTEMPTS } from './pendingRows.js'

/** Makes dead letters of changes that the image can't hold. Durable when it resolves. */
export type BuryChange = (change: Change, error: string) => Promise<void>

/**
 * For changes of the feed. A letter is written before the position moves past its change, so a kill between the two
 * would bury it twice: letters from before this process are not written again while it works on what came before.
 */
export function buryFollowed(store: Store, position: () => number): BuryChange {
  const head = store.feed.head()
  const earlier = earlierLetters(store.deadLetters)
  return async (change, error) => {
    if (position() < head && earlier.has(change)) return
    await addLetter(store, change, error)
  }
}

/** For items that are found by reading the whole table, which may have been buried when they were written. */
export function buryFound(store: Store): (item: Item, error: string) => Promise<void> {
  const earlier = earlierLetters(store.deadLetters)
  return async (item, error) => {
    const change = changeOfItem(item)
    if (!earlier.has(change)) await addLetter(store, change, error)
  }
}

async function addLetter(store: Store, change: Change, error: string): Promise<void> {
  await store.deadLetters.add({ source: 'projection', subject: change, error, attempts: ATTEMPTS })
}

/** The change that leads to an item's present state, as far as the image is concerned. */
function changeOfItem(item: Item): Change {
  return {
    key: { PK: item.PK, SK: item.SK },
    new: {
      entityType: String(item.entityType),
      createdAt: String(item.createdAt),
      incarnation: String(item._incarnation),
      rev: Number(item._rev),
    },
  }
}

const PAGE = 1000

/** Letters of changes to the same state of the same item. They are listed at the first question. */
function earlierLetters(letters: DeadLetters): { has(change: Change): boolean } {
  let known: Map<string, { readonly sequence: string; readonly change: Change }[]> | undefined
  return {
    has(change) {
      known ??= listLetters(letters)
      const same = known.get(change.key.PK)?.filter((one) => isDeepStrictEqual(one.change.new, change.new))
      // One that was replayed since then has come back through the feed, and is buried anew.
      return same?.some(({ sequence }) => letters.get(sequence) !== undefined) === true
    },
  }
}

function listLetters(letters: DeadLetters): Map<string, { sequence: string; change: Change }[]> {
  const known = new Map<string, { sequence: string; change: Change }[]>()
  let after: string | undefined
  for (;;) {
    const page = letters.list({ limit: PAGE, ...(after && { after }) })
    for (const letter of page) {
      if (letter.source !== 'projection') continue
      const { PK } = letter.subject.key
      known.set(PK, [...(known.get(PK) ?? []), { sequence: letter.sequence, change: letter.subject }])
    }
    if (page.length < PAGE) return known
    after = page.at(-1)?.sequence
  }
}
