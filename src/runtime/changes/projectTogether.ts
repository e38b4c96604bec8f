import { UnfitItemError } from '../../lake/unfitItemError.js'
import type { CascadeMessage } from '../../ports/queue.js'
import { cascadesOf } from '../deletion/cascade.js'
import { inParallel } from '../inParallel.js'
import { BatchesFullError, type BatchProjector } from './batchProjector.js'
import type { ChangeGroup } from './changeGroup.js'
import { giveUp, isOld, isTimeUp, type ProjectionFailure } from './giveUp.js'
import type { GroupsOutcome } from './projectEach.js'
import type { ProjectionContext } from './projection.js'

type Context = ProjectionContext & { readonly projector: BatchProjector }

/** An item on its way. */
interface Work {
  readonly group: ChangeGroup
  /** Those that are still to be queued. */
  readonly cascades: CascadeMessage[]
  failure?: ProjectionFailure
}

/** Projects all items at once, and those that fail at once again. */
export async function projectTogether(
  context: Context,
  groups: readonly ChangeGroup[],
  isLakeWell: () => Promise<boolean>,
): Promise<GroupsOutcome> {
  const { settings } = context
  const freshnessMs: number[] = []
  let attempts = 0
  let waiting: Work[] = groups.map((group) => ({
    group,
    cascades: [...cascadesOf(group.records.map(({ change }) => change))],
  }))
  if (isTimeUp(context)) return { failedAt: groups[0]?.first ?? 0, freshnessMs, buried: 0 }

  async function attempt(some: readonly Work[]): Promise<void> {
    attempts += 1
    await tryOnce(context, some)
    const done = some.filter(({ failure }) => !failure)
    const now = context.clock.now()
    freshnessMs.push(...done.map(({ group }) => now - group.oldest.changedAt))
    waiting = waiting.filter((one) => one.failure)
  }
  async function tryAgain(tries: number, pauseMs: number, isMeant: (one: Work) => boolean): Promise<void> {
    for (let index = 0; index < tries; index += 1) {
      const some = waiting.filter((one) => !one.failure?.isHopeless && isMeant(one))
      if (some.length === 0 || isTimeUp(context)) return
      await context.sleep(pauseMs * 2 ** index)
      await attempt(some)
    }
  }
  await attempt(waiting)
  await tryAgain(settings.tries - 1, settings.retryMs, () => true)
  await tryAgain(settings.lastTries, settings.lastRetryMs, ({ group }) => isOld(context, group.oldest))

  let failedAt = Number.POSITIVE_INFINITY
  let buried = 0
  await inParallel(waiting, settings.concurrency, async ({ group, failure }) => {
    const end = await giveUp(context, group.records, failure as ProjectionFailure, { attempts, isLakeWell })
    if (end === 'buried') buried += group.records.length
    else failedAt = Math.min(failedAt, group.first)
  })
  return { failedAt, freshnessMs, buried }
}

/** Queues what cascades are left, and projects the items that have none left. Notes what failed. */
async function tryOnce({ queues, projector, settings }: Context, work: readonly Work[]): Promise<void> {
  await inParallel(work, settings.concurrency, async (one) => {
    delete one.failure
    try {
      for (let next = one.cascades[0]; next; next = one.cascades[0]) {
        await queues.cascade.send(next)
        one.cascades.shift()
      }
    } catch (error) {
      one.failure = { error, isOfRecord: false, isHopeless: false }
    }
  })
  const ready = work.filter(({ failure }) => !failure)
  const errors = await projector.projectAll(
    ready.map(({ group }) => group.records.map(({ change }) => change)),
  )
  for (const [index, one] of ready.entries()) {
    const error = errors[index]
    if (error !== undefined) {
      // Dead letters of all that changes would be no help: it waits in the stream.
      const isOfRecord = !(error instanceof BatchesFullError)
      one.failure = { error, isOfRecord, isHopeless: error instanceof UnfitItemError }
    }
  }
}
