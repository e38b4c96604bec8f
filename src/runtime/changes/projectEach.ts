import { UnfitItemError } from '../../lake/unfitItemError.js'
import { cascadesOf } from '../deletion/cascade.js'
import { inParallel } from '../inParallel.js'
import type { ChangeGroup } from './changeGroup.js'
import type { ChangeRecord } from './changeRecord.js'
import { giveUp, isOld, isTimeUp, type ProjectionFailure } from './giveUp.js'
import type { Projector } from './projectChange.js'
import type { BatchOutcome, ProjectionContext } from './projection.js'

/** `failedAt`: index of the first record that is to be delivered again; infinite when none is. */
export type GroupsOutcome = Omit<BatchOutcome, 'failed'> & { readonly failedAt: number }

type Context = ProjectionContext & { readonly projector: Projector }

/** Projects items side by side, each with its own tries. */
export async function projectEach(
  context: Context,
  groups: readonly ChangeGroup[],
  isLakeWell: () => Promise<boolean>,
): Promise<GroupsOutcome> {
  let failedAt = Number.POSITIVE_INFINITY
  let buried = 0
  const freshnessMs: number[] = []
  await inParallel(groups, context.settings.concurrency, async (group) => {
    if (group.first > failedAt) return
    const outcome = isTimeUp(context) ? 'failed' : await projectGroup(context, group.records, isLakeWell)
    if (outcome === 'projected') freshnessMs.push(context.clock.now() - group.oldest.changedAt)
    else if (outcome === 'buried') buried += group.records.length
    else failedAt = Math.min(failedAt, group.first)
  })
  return { failedAt, freshnessMs, buried }
}

async function projectGroup(
  context: Context,
  records: readonly ChangeRecord[],
  isLakeWell: () => Promise<boolean>,
): Promise<'projected' | 'buried' | 'failed'> {
  const { settings } = context
  const step = projection(context, records)
  let last = await step()
  let attempts = 1
  async function tryAgain(tries: number, pauseMs: number): Promise<void> {
    for (let index = 0; index < tries; index += 1) {
      if (last === 'done' || last.isHopeless || isTimeUp(context)) return
      await context.sleep(pauseMs * 2 ** index)
      last = await step()
      attempts += 1
    }
  }
  await tryAgain(settings.tries - 1, settings.retryMs)
  if (isOld(context, records[0])) await tryAgain(settings.lastTries, settings.lastRetryMs)
  if (last === 'done') return 'projected'
  return giveUp(context, records, last, { attempts, isLakeWell })
}

/** Queues the cascades of an item's records, each once however often it is called, and projects the item. */
function projection(
  { queues, projector }: Context,
  records: readonly ChangeRecord[],
): () => Promise<ProjectionFailure | 'done'> {
  const changes = records.map(({ change }) => change)
  const outOfOrder = records.some(({ isReplay }) => isReplay)
  const cascades = cascadesOf(changes)
  return async () => {
    try {
      for (let next = cascades[0]; next; next = cascades[0]) {
        await queues.cascade.send(next)
        cascades.shift()
      }
      await projector.project(changes, { outOfOrder })
      return 'done'
    } catch (error) {
      return { error, isOfRecord: cascades.length === 0, isHopeless: error instanceof UnfitItemError }
    }
  }
}
