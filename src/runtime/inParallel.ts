/**
 * Does work on each item, at most `limit` at once, in the order of the items. Resolves when nothing is under way any
 * more; throws the first failure then, and starts nothing after it.
 */
export async function inParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const pending = items[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  async function run(): Promise<void> {
    for (let next = pending.next(); !next.done && !failure; next = pending.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, run))
  if (failure) throw failure.error
}
