import { openDirtyDays } from '../lake/dirtyDays.js'
import type { Image } from './image.js'

/**
 * Gives a fresh image the marks of the one that it replaces: which days differ from what is published. With
 * `republish` it gets none, and a lineage of its own: everything is published again.
 */
export async function carryMarks(from: Image, to: Image, republish: boolean): Promise<void> {
  if (!from.dirty) return
  const own = await openDirtyDays(to.writer)
  if (republish) {
    to.dirty = own
    return
  }
  const marks = await from.writer.runAndReadAll('SELECT name, day, since FROM meta.dirty_days')
  for (const mark of marks.getRows()) {
    await to.writer.run('INSERT INTO meta.dirty_days VALUES ($1, $2, $3)', [...mark])
  }
  await to.writer.run('UPDATE meta.lineage SET id = $1', [from.dirty.lineage])
  to.dirty = from.dirty
}
