import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { loadPackage } from './loadPackage.js'
import type { LogGroup } from './logGroups.js'

export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly source: string
  readonly message: string
}

/** Between two looks of `follow`, in milliseconds. */
const FOLLOW_MS = 3000

/** Late events are looked for so far back, in milliseconds. */
const OVERLAP_MS = 30_000

/** Groups read at once: an account may ask for 5 pages a second. Source: quotas of CloudWatch Logs. */
const AT_ONCE = 4

/** Events of some logs in the order of time; with `follow` it goes on until the process ends. */
export async function* readLogs(
  groups: readonly LogGroup[],
  { since, follow }: { readonly since: number; readonly follow: boolean },
): AsyncGenerator<LogEvent> {
  const { CloudWatchLogsClient } = await loadPackage(() => import('@aws-sdk/client-cloudwatch-logs'))
  const client = new CloudWatchLogsClient({ maxAttempts: 10 })
  const seen = new Map<string, number>()
  try {
    for (let from = since; ; from = Math.max(since, Date.now() - OVERLAP_MS)) {
      const found: (LogEvent & { readonly id: string })[] = []
      for (let first = 0; first < groups.length; first += AT_ONCE) {
        const part = groups.slice(first, first + AT_ONCE)
        found.push(...(await Promise.all(part.map((group) => eventsOf(client, group, from)))).flat())
      }
      for (const { id, ...event } of found.sort((a, b) => a.timestamp - b.timestamp)) {
        if (seen.has(id)) continue
        seen.set(id, event.timestamp)
        yield event
      }
      if (!follow) return
      for (const [id, time] of seen) if (time < Date.now() - 2 * OVERLAP_MS && time < from) seen.delete(id)
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS))
    }
  } finally {
    client.destroy()
  }
}

async function eventsOf(
  client: CloudWatchLogsClient,
  { group, source }: LogGroup,
  startTime: number,
): Promise<(LogEvent & { readonly id: string })[]> {
  const { paginateFilterLogEvents } = await import('@aws-sdk/client-cloudwatch-logs')
  const found: (LogEvent & { id: string })[] = []
  try {
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName: group, startTime })) {
      for (const { eventId = '', timestamp = 0, message = '' } of page.events ?? []) {
        found.push({ id: `${group} ${eventId}`, timestamp, source, message })
      }
    }
  } catch (error) {
    // A function that was added to the schema, and not deployed yet.
    if ((error as Error).name !== 'ResourceNotFoundException') throw error
  }
  return found
}
