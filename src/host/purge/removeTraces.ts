import type { DeadLetter, Store } from '../../adapters/embedded/store/store.js'
import type { ItemKey } from '../../model/keys.js'
import type { PurgeTarget } from './target.js'

const PAGE = 500

/**
 * Takes back what waits to be done about a row that is gone: the messages of its cascade, which has been run, and dead
 * letters of its changes, whose errors may quote it.
 */
export async function removeTraces(
  store: Store,
  target: PurgeTarget,
  keys: readonly ItemKey[],
): Promise<void> {
  const isOurs = (message: { readonly entityType: string; readonly entityId: string }) =>
    target.kind === 'entity' && message.entityType === target.table && message.entityId === target.id
  const cascades = store.queue('cascade')
  for (const { id, message } of cascades.list()) if (isOurs(message)) await cascades.complete(id)

  const gone = new Set(keys.map(({ PK }) => PK))
  const isDead = (letter: DeadLetter): boolean => {
    if (letter.source === 'projection') return gone.has(letter.subject.key.PK)
    return letter.source === 'cascade' && isOurs(letter.subject)
  }
  for (let after: string | undefined; ; ) {
    const letters = store.deadLetters.list({ limit: PAGE, ...(after !== undefined && { after }) })
    for (const letter of letters) if (isDead(letter)) await store.deadLetters.remove(letter.sequence)
    if (letters.length < PAGE) return
    after = letters.at(-1)?.sequence
  }
}
