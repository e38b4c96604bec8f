import type { Store } from '../store/store.js'
import { applyBatch, type Bury } from './applyRows.js'
import type { Image } from './image.js'
import { pendingBatches } from './pendingRows.js'

const MAX_RECORDS = 5000
const MAX_CHANGES = 20_000

/**
 * Applies the feed to an image up to a position. Throws when records that it needs have been trimmed. What does not fit
 * is given to `bury`.
 */
export async function catchUp(
  store: Pick<Store, 'feed' | 'table'>,
  image: Image,
  position: number,
  bury: Bury,
  signal?: AbortSignal,
): Promise<void> {
  while (image.position < position) {
    signal?.throwIfAborted()
    if (store.feed.first() > image.position + 1) throw new Error('The feed has been trimmed past the image.')
    const records = store.feed.read(image.position, MAX_RECORDS, MAX_CHANGES)
    const wanted = records.filter(({ sequence }) => sequence <= position)
    if (wanted.length === 0) return
    for await (const batch of pendingBatches(store.table, image.tables, wanted)) {
      await applyBatch(image, batch, bury)
    }
  }
}
