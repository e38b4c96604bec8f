import { groupsOf } from './changeGroup.js'
import type { ChangeRecord } from './changeRecord.js'
import { sharedProbe } from './giveUp.js'
import { projectEach } from './projectEach.js'
import type { BatchOutcome, ProjectionContext } from './projection.js'
import { projectTogether } from './projectTogether.js'

export type { BatchOutcome, ProjectionContext, ProjectionSettings } from './projection.js'
export { DEFAULT_PROJECTION_SETTINGS } from './projection.js'

/**
 * Deals with records in the stream's order: an item's removals start their cascades, then its row follows. Items go side
 * by side, and one that is named often is projected once. In layout `rows` nothing is begun behind a failed record, since
 * the stream delivers everything from there again.
 *
 * A record that fails though it's old becomes a dead letter and counts as dealt with, as long as the lake works
 * otherwise. When it doesn't, nothing is given up: the outage passes, and the stream waits.
 */
export async function projectBatch(
  context: ProjectionContext,
  records: readonly ChangeRecord[],
): Promise<BatchOutcome> {
  const { projector } = context
  const groups = groupsOf(records)
  const isLakeWell = sharedProbe(context)
  const { failedAt, freshnessMs, buried } =
    'projectAll' in projector
      ? await projectTogether({ ...context, projector }, groups, isLakeWell)
      : await projectEach({ ...context, projector }, groups, isLakeWell)
  const failed = records[failedAt]
  return { ...(failed && { failed }), freshnessMs, buried }
}
