import type { StackEvent } from '@aws-sdk/client-cloudformation'
import { loadPackage } from './loadPackage.js'

export interface ResourceFailure {
  readonly id: string
  readonly type: string
  /** What the resource's own service says. */
  readonly reason: string
}

/**
 * The failure that made a deployment fail: the first one in time that is a resource's own. The others are its
 * consequences, and a nested stack only says that something in it has failed.
 */
export function firstFailure(events: readonly StackEvent[]): ResourceFailure | undefined {
  const [first] = events
    .filter(({ ResourceStatus }) => /FAILED$/.test(ResourceStatus ?? ''))
    .filter(({ ResourceType }) => ResourceType !== 'AWS::CloudFormation::Stack')
    .filter(({ ResourceStatusReason = '' }) => !/cancelled|canceled/i.test(ResourceStatusReason))
    .sort((a, b) => Number(a.Timestamp) - Number(b.Timestamp))
  if (!first) return undefined
  return {
    id: first.LogicalResourceId ?? '',
    type: first.ResourceType ?? '',
    reason: reasonOf(first.ResourceStatusReason ?? 'No reason was given.'),
  }
}

/** The message of the service, out of what CloudFormation wraps around it. */
function reasonOf(text: string): string {
  const wrapped =
    /^Resource handler returned message: "(.*?)(?: \(Service: .*)?" \(RequestToken: .*\)$/s.exec(text)
  return wrapped?.[1] ?? text
}

/** The first failure of the latest operation on a stack and its nested ones; undefined when there is none. */
export async function explainFailure(stack: string, since: Date): Promise<ResourceFailure | undefined> {
  const { CloudFormationClient } = await loadPackage(() => import('@aws-sdk/client-cloudformation'))
  const client = new CloudFormationClient({})
  try {
    const seen = new Set<string>()
    const events: StackEvent[] = []
    const pending = [stack]
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (seen.has(name)) continue
      seen.add(name)
      const own = await eventsSince(client, name, since)
      events.push(...own)
      for (const { ResourceType, PhysicalResourceId } of own) {
        if (ResourceType === 'AWS::CloudFormation::Stack' && PhysicalResourceId)
          pending.push(PhysicalResourceId)
      }
    }
    return firstFailure(events)
  } finally {
    client.destroy()
  }
}

async function eventsSince(
  client: import('@aws-sdk/client-cloudformation').CloudFormationClient,
  stack: string,
  since: Date,
): Promise<StackEvent[]> {
  const { paginateDescribeStackEvents } = await import('@aws-sdk/client-cloudformation')
  const found: StackEvent[] = []
  try {
    for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: stack })) {
      // The latest come first.
      const recent = StackEvents.filter(({ Timestamp }) => !Timestamp || Timestamp >= since)
      found.push(...recent)
      if (recent.length < StackEvents.length) break
    }
  } catch (error) {
    // A nested stack may be gone by now.
    if (!/does not exist/.test((error as Error).message)) throw error
  }
  return found
}
