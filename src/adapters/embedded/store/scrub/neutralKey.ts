/**
 * Makes a separator of a branch page say nothing of the key that it was copied from, which may be gone. `separator` is
 * changed in place; `below` is the last key of the tree to its left. Tells whether anything had to be changed.
 *
 * What it becomes: as much of it as `below` has too, then the least byte that keeps it above `below`, then zeros. No
 * byte grows and the length stays, so it is above `below` and not above what it was, and so is every mixture of its old
 * and its new bytes: a reader may look at it meanwhile, and a power failure may tear the write.
 */
export function neutralise(separator: Buffer, below: Buffer): boolean {
  let common = 0
  while (common < separator.length && common < below.length && separator[common] === below[common]) common++
  const least = common < below.length ? (below[common] as number) + 1 : 0
  const present = separator[common]
  if (present === undefined || present < least) {
    throw new Error("A separator in the store's file is not above what is left of it.")
  }
  let changed = present !== least
  for (let at = common + 1; at < separator.length && !changed; at++) changed = separator[at] !== 0
  if (!changed) return false
  separator[common] = least
  separator.fill(0, common + 1)
  return true
}
