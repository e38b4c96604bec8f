import { openDirtyDays } from '../lake/dirtyDays.js'
import { type Image, inTransaction } from './image.js'

/**
 * Gives a fresh image the marks of the one that it replaces: which days differ from what is published. With
 * `republish` it gets none, and a lineage of its own: everything is published again.
 */
export async function carryMarks(from: Image, to: Image, republish: boolean): Promise<void> {
  if (!from.dirty) return
  if (republish) {
    to.dirty = await openDirtyDays(to.writer)
    return
  }
  const { dirty } = from
  // Together: a lineage without its marks would say of every file that it is up to date.
  await inTransaction(to.writer, () => dirty.carryTo(to.writer))
  to.dirty = dirty
}
