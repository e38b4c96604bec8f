import type { ChangeRecord } from '../../../../runtime/changes/changeRecord.js'
import {
  type BatchOutcome,
  type ProjectionContext,
  projectBatch,
} from '../../../../runtime/changes/projectBatch.js'
import { changeRecordOf, type StreamEvent } from '../../events/streamEvent.js'
import type { FunctionMetrics } from '../functionMetrics.js'

/** Partial batch response: Lambda delivers everything from the first identifier on again. */
export interface StreamResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

/**
 * Deals with the records that an event source mapping, or a replay, hands over. Safe for records that come again, late,
 * or in other batches.
 *
 * Metrics: `StreamLag`, how old the oldest record was when it came; `Freshness`, how old the oldest change of each item
 * was when its row was written; `DeadLetters`.
 */
export async function processStream(
  event: StreamEvent,
  context: ProjectionContext,
  metrics: Pick<FunctionMetrics, 'add'>,
): Promise<StreamResponse> {
  const records = event.Records.flatMap((record) => changeRecordOf(record) ?? [])
  const [oldest] = records
  if (!oldest) return { batchItemFailures: [] }
  measureLag(context.clock.now() - oldest.changedAt, oldest, metrics)
  const outcome = await projectBatch(context, records)
  measure(outcome, oldest, metrics)
  const { failed } = outcome
  return { batchItemFailures: failed ? [{ itemIdentifier: failed.sequence }] : [] }
}

function measureLag(lag: number, { isReplay }: ChangeRecord, metrics: Pick<FunctionMetrics, 'add'>): void {
  // What is replayed by hand is late on purpose.
  if (!isReplay) metrics.add('StreamLag', Math.max(0, lag), 'Milliseconds')
}

function measure(
  { freshnessMs, buried }: BatchOutcome,
  { isReplay }: ChangeRecord,
  metrics: Pick<FunctionMetrics, 'add'>,
): void {
  if (!isReplay) for (const age of freshnessMs) metrics.add('Freshness', Math.max(0, age), 'Milliseconds')
  metrics.add('DeadLetters', buried, 'Count')
}
