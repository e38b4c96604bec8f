import type { DeployedHost } from '../host/deployed.js'
import { ACCOUNT, REGION } from '../host/openAwsHost.js'
import { arnOf, type Grant, grantsOf, isGranted } from '../host/permissions.js'

/**
 * Rights that no call of ours shows: Lambda writes logs by itself and wants to be able to list streams, and Athena ends an
 * upload only when it breaks off.
 */
const UNSEEN = new Set([
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  's3:AbortMultipartUpload',
  'dynamodb:ListStreams',
])

function placeOf({ streamArn }: DeployedHost) {
  return { region: REGION, account: ACCOUNT, streamArn }
}

/** Calls that a function has made without its role's permission, each once. */
export function unpermittedCalls(host: DeployedHost): string[] {
  const grants = grantsOf(host.resources)
  const place = placeOf(host)
  const found = new Set<string>()
  for (const call of host.calls) {
    const { role, name } = host.functionOf.get(call.accessKeyId) ?? { role: '', name: '' }
    const own = grants.filter((grant) => grant.role === role)
    if (!isGranted(own, call.action, arnOf(call, place), call.keys))
      found.add(`${name} (${role}): ${call.action} on ${call.resource}`)
  }
  return [...found].sort()
}

/** Permissions of the functions' roles that no function has used, each once. */
export function unusedPermissions(host: DeployedHost): string[] {
  const place = placeOf(host)
  const made = host.calls.map((call) => ({
    role: host.functionOf.get(call.accessKeyId)?.role,
    action: call.action,
    arn: arnOf(call, place),
    keys: call.keys,
  }))
  const roles = new Set([...host.functionOf.values()].map(({ role }) => role))
  const isUsed = (grant: Grant, action: string) =>
    made.some(
      ({ role, ...call }) =>
        role === grant.role && isGranted([{ ...grant, actions: [action] }], call.action, call.arn, call.keys),
    )
  return grantsOf(host.resources)
    .filter(({ role }) => roles.has(role))
    .flatMap((grant) =>
      grant.actions
        .filter((action) => !UNSEEN.has(action) && !isUsed(grant, action))
        .map((action) => `${grant.role}: ${action} on ${grant.resources.join(', ')}`),
    )
    .sort()
}
