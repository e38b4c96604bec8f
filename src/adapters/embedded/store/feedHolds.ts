import { randomUUID } from 'node:crypto'
import type { Committer } from './committer.js'
import type { Environment } from './environment.js'
import { HEAD } from './feedRecords.js'
import { firstKey, keyAfter } from './itemKeys.js'
import { metaNumber, metaValue, putMetaValue, removeMetaValue } from './meta.js'
import type { FeedHold } from './store.js'

/** A hold that is not renewed for this long is void: its process is gone. */
export const HOLD_LIFETIME_MS = 30_000
const RENEW_MS = 5_000

const HOLD = 'feed.hold.'

interface StoredHold {
  /** Records after this one are kept. */
  readonly position: number
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Keeps the records after the present head, for as long as this process lives and does not release them. */
export async function holdFeed(environment: Environment, committer: Committer): Promise<FeedHold> {
  const name = `${HOLD}${randomUUID()}`
  const put = (position: number, now: number) => {
    const hold: StoredHold = { position, until: now + HOLD_LIFETIME_MS }
    putMetaValue(environment, name, JSON.stringify(hold))
    return position
  }
  const position = await committer.run(({ now }) => put(metaNumber(environment, HEAD), now))
  const renew = setInterval(() => {
    // One that can't be renewed is tried again; whoever reads the feed finds out what has gone.
    committer.run(({ now }) => put(position, now)).catch(() => undefined)
  }, RENEW_MS)
  renew.unref()
  return {
    position,
    async release() {
      clearInterval(renew)
      await committer.run(() => {
        if (metaValue(environment, name) !== undefined) removeMetaValue(environment, name)
      })
    },
  }
}

/** The lowest position that somebody holds; forgets holds that are void. Inside a write transaction. */
export function heldPosition(environment: Environment, now: number): number {
  let lowest = Number.POSITIVE_INFINITY
  const range = { start: firstKey(HOLD), end: keyAfter(HOLD) }
  for (const { key, value } of [...environment.meta.getRange(range)]) {
    const { position, until } = JSON.parse(value) as StoredHold
    if (until < now) removeMetaValue(environment, key.toString())
    else lowest = Math.min(lowest, position)
  }
  return lowest
}
