import { setTimeout as sleep } from 'node:timers/promises'
import { relationDataKey } from '../../../model/keys.js'
import type { ItemTable } from '../../../ports/itemTable.js'
import type { ObjectStore } from '../../../ports/objectStore.js'
import type { Clock } from '../../../ports/system.js'

export interface RemovedRelation {
  readonly relationId: string
  /** Where the lake keeps the row, and behind `#` its incarnation. */
  readonly s3Key: string
}

export interface LakeView {
  readonly objects: Pick<ObjectStore, 'exists'>
  readonly table: Pick<ItemTable, 'getMany'>
  readonly clock: Clock
}

/** Waits between two looks, in milliseconds: from the first to the last. */
const FIRST_WAIT_MS = 100
const LAST_WAIT_MS = 2000
/** Objects that are looked for at the same time. */
const AT_ONCE = 16
/** Most keys of one `getMany`. */
const KEYS_AT_ONCE = 100

/**
 * Resolves with true when the lake shows none of these relations any more, with false after `timeoutMs`. A relation is
 * gone with its object, or when another incarnation of it has taken its place.
 */
export async function waitUntilGone(
  relations: readonly RemovedRelation[],
  timeoutMs: number,
  view: LakeView,
): Promise<boolean> {
  const deadline = view.clock.now() + timeoutMs
  let waiting = relations
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LAST_WAIT_MS)) {
    waiting = await notReplaced(await stillThere(waiting, view), view)
    if (waiting.length === 0) return true
    const left = deadline - view.clock.now()
    if (left <= 0) return false
    await sleep(Math.min(wait, left))
  }
}

async function stillThere(
  relations: readonly RemovedRelation[],
  { objects }: LakeView,
): Promise<RemovedRelation[]> {
  const found: RemovedRelation[] = []
  for (let at = 0; at < relations.length; at += AT_ONCE) {
    const some = relations.slice(at, at + AT_ONCE)
    const there = await Promise.all(some.map(({ s3Key }) => objects.exists(objectKey(s3Key))))
    found.push(...some.filter((_, index) => there[index]))
  }
  return found
}

/** Without those whose object is another incarnation's by now. */
async function notReplaced(
  relations: readonly RemovedRelation[],
  { table }: LakeView,
): Promise<RemovedRelation[]> {
  const found: RemovedRelation[] = []
  for (let at = 0; at < relations.length; at += KEYS_AT_ONCE) {
    const some = relations.slice(at, at + KEYS_AT_ONCE)
    const items = await table.getMany(some.map(({ relationId }) => relationDataKey(relationId)))
    found.push(
      ...some.filter(({ s3Key }, index) => {
        const present = items[index]?.s3Key
        // One of another day has an object of its own, and this one's is still to go.
        const replaced =
          typeof present === 'string' && present !== s3Key && objectKey(present) === objectKey(s3Key)
        return !replaced
      }),
    )
  }
  return found
}

function objectKey(handle: string): string {
  return handle.slice(0, handle.lastIndexOf('#'))
}
