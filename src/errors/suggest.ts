/**
 * The names nearest to what was written, best first, at most `most` (default 3). Case does not count as a
 * difference; a name qualifies when two fifths of it or less has to change.
 */
export function suggest(written: string, names: Iterable<string>, most = 3): string[] {
  const limit = Math.max(1, Math.floor(written.length * 0.4))
  const close: { name: string; distance: number }[] = []
  for (const name of new Set(names)) {
    if (name === written || Math.abs(name.length - written.length) > limit) continue
    const distance = editDistance(written.toLowerCase(), name.toLowerCase())
    if (distance <= limit && distance < Math.max(name.length, written.length)) close.push({ name, distance })
  }
  close.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return close.slice(0, most).map(({ name }) => name)
}

/** `Did you mean "a" or "b"?`, or undefined when nothing is near. `quote` wraps each name (default: double quotes). */
export function didYouMean(
  written: string,
  names: Iterable<string>,
  quote = (name: string) => `"${name}"`,
): string | undefined {
  if (written.length > MAX_NAME) return undefined
  const found = suggest(written, names).map(quote)
  const last = found.pop()
  if (last === undefined) return undefined
  return found.length === 0 ? `Did you mean ${last}?` : `Did you mean ${found.join(', ')} or ${last}?`
}

/** Longer names are not compared: the cost grows with the product of the lengths. */
const MAX_NAME = 100

/** Changes of one character (a swap of two neighbours counts as one) that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] as number) + 1)
      }
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] as number
}
