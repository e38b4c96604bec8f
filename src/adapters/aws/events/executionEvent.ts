/** What EventBridge hands to the execution tracker. Athena may add to its events, so nothing else is looked at. */
export interface TrackerEvent {
  readonly 'detail-type'?: unknown
  readonly detail?: unknown
}

/** States after which an execution changes no more. */
const FINAL = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED'])

/** What an event is about: `sweep` for one of the schedule, undefined for one that doesn't matter here. */
export function executionEventOf(
  event: TrackerEvent,
  workgroup: string,
): { readonly executionId: string } | 'sweep' | undefined {
  if (event['detail-type'] === 'Scheduled Event') return 'sweep'
  if (event['detail-type'] !== 'Athena Query State Change') return undefined
  if (typeof event.detail !== 'object' || event.detail === null) return undefined
  // The same fields with the error of a failed execution beside them (`athenaError`) and without.
  const { queryExecutionId, currentState, workgroupName } = event.detail as Readonly<Record<string, unknown>>
  if (workgroupName !== workgroup || typeof queryExecutionId !== 'string') return undefined
  return FINAL.has(String(currentState)) ? { executionId: queryExecutionId } : undefined
}
