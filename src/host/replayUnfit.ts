import type { DeadLetters } from '../adapters/embedded/store/store.js'

const PAGE = 1000

/**
 * Has SQL look again at every row that it could not show since a time (`YYYY-MM-DDTHH:mm:ss.sssZ`), amid a change of the
 * model: the row was held against tables of a model that was not in force, and has not come into force, or the row has
 * gone before. What does not fit now either becomes a dead letter again.
 */
export async function replayUnfit(
  deadLetters: Pick<DeadLetters, 'list' | 'replay'>,
  since: string,
): Promise<void> {
  const found: string[] = []
  for (let after: string | undefined; ; ) {
    const page = deadLetters.list({ limit: PAGE, ...(after !== undefined && { after }) })
    for (const { source, createdAt, sequence } of page) {
      if (source === 'projection' && createdAt >= since) found.push(sequence)
    }
    after = page.at(-1)?.sequence
    if (page.length < PAGE) break
  }
  for (const sequence of found) await deadLetters.replay(sequence)
}
