import type { RecordedCall } from './recordingProxy.js'
import type { ResolvedResource } from './resolveTemplate.js'

/** What a role allows: actions on ARNs, either with `*`. */
export interface Grant {
  readonly role: string
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** Beginnings of the keys of the items that it is for; absent: all. */
  readonly keys?: readonly string[]
}

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

interface PolicyDocument {
  readonly Statement: readonly Statement[]
}

/** Reads the grants of each role of a stack from its inline policies and its `AWS::IAM::Policy` resources. */
export function grantsOf(resources: readonly ResolvedResource[]): Grant[] {
  const grants: Grant[] = []
  const add = (role: string, document: PolicyDocument) => {
    for (const { Effect, Action, Resource, Condition } of document.Statement) {
      // Only the API's own role has one, which takes a function out of a pattern of names.
      if (Effect !== 'Allow') continue
      const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']
      grants.push({ role, actions: [Action].flat(), resources: [Resource].flat(), ...(keys && { keys }) })
    }
  }
  for (const { path, type, properties } of resources) {
    if (type === 'AWS::IAM::Role') {
      const policies = (properties.Policies ?? []) as readonly { PolicyDocument: PolicyDocument }[]
      for (const { PolicyDocument: document } of policies)
        add(String(properties.RoleName ?? path.split('/').at(-1)), document)
    }
    if (type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy') {
      for (const role of (properties.Roles ?? []) as readonly string[]) {
        add(role, properties.PolicyDocument as PolicyDocument)
      }
    }
  }
  return grants
}

/** The call's resource as an ARN. */
export function arnOf(
  call: RecordedCall,
  place: {
    readonly region: string
    readonly account: string
    readonly streamArn: string
  },
): string {
  const { region, account } = place
  const [service = ''] = call.action.split(':')
  if (call.resource === 'stream') return place.streamArn
  if (service === 's3') return `arn:aws:s3:::${call.resource}`
  return `arn:aws:${service}:${region}:${account}:${call.resource}`
}

export function isGranted(
  grants: readonly Grant[],
  action: string,
  arn: string,
  keys?: readonly string[],
): boolean {
  return grants.some(
    (grant) =>
      grant.actions.some((one) => like(one, action)) &&
      grant.resources.some((one) => like(one, arn)) &&
      (grant.keys === undefined || isWithin(grant.keys, keys)),
  )
}

/** A call that names no items is about all of them. */
function isWithin(patterns: readonly string[], keys: readonly string[] | undefined): boolean {
  return keys?.every((key) => patterns.some((pattern) => like(pattern, key))) ?? false
}

/** IAM's wildcards, or a call that itself stands for many (`bucket/*`). */
function like(pattern: string, text: string): boolean {
  const parts = pattern.split(/([*?])/)
  const source = parts.map((part) => {
    if (part === '*') return '.*'
    return part === '?' ? '.' : part.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
  })
  return new RegExp(`^${source.join('')}$`, 's').test(text)
}
