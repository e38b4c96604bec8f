import { setTimeout as sleep } from 'node:timers/promises'
import type { RowDifference } from './compareRows.js'
import type { ComparedPlace } from './place.js'

const LOOKS = 25
const LOOK_MS = 100
const IDS_A_LOOK = 500

export interface Settled {
  readonly found: ReadonlyMap<string, RowDifference>
  /** Rows that changed at each look, or whose change has not come yet. */
  readonly pending: number
}

/** Looks at rows again until it is certain that they differ, or that they do not. */
export async function settleDifferences(
  place: ComparedPlace,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Settled> {
  const found = new Map<string, RowDifference>()
  let pending = 0
  for (let from = 0; from < ids.length; from += IDS_A_LOOK) {
    let open = ids.slice(from, from + IDS_A_LOOK)
    for (let look = 0; open.length > 0 && look < LOOKS; look++) {
      signal.throwIfAborted()
      if (look > 0) await sleep(LOOK_MS)
      const seen = await place.look(open)
      pending += open.filter((id) => seen.waiting.has(id)).length
      for (const [id, difference] of seen.found) {
        if (!seen.moving.has(id) && !seen.waiting.has(id)) found.set(id, difference)
      }
      open = open.filter((id) => seen.moving.has(id) && !seen.waiting.has(id))
    }
    pending += open.length
  }
  return { found, pending }
}
