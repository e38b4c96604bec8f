import { CfnRole } from 'aws-cdk-lib/aws-iam'
import type { Stack } from 'aws-cdk-lib/core'
import { canonicalJson } from '../../model/canonicalJson.js'
import { type FunctionKind, PROJECT_FUNCTIONS } from '../../model/functions.js'
import type { Json } from '../../model/json.js'
import type { Statement } from '../../model/types.js'
import { isProjectFunction } from '../config/settings.js'
import { projectFunctionName } from '../plan/names.js'
import { type Permission, permissionsOf, type ResourceRole } from '../plan/permissions.js'
import type { PlannedFunction } from '../plan/planFunctions.js'
import type { DataResources } from './dataResources.js'
import { apiFunctionPattern, arn, bucketArn, type Deployment, pascal } from './deployment.js'

/** The kinds in the order in which they lend their name to a role that they share. */
const API_KINDS: readonly FunctionKind[] = [
  'create',
  'read',
  'update',
  'delete',
  'list',
  'insertRelation',
  'syncQuery',
  'triggerTask',
]

/** Logical ids of the roles, by their permissions. A role is named after what needs it, whatever the schema says. */
const ROLE_IDS: ReadonlyMap<string, string> = roleIds()

export function roleIdOf(planned: Pick<PlannedFunction, 'permissions' | 'kind'>): string {
  const id = ROLE_IDS.get(keyOf(planned.permissions))
  if (id === undefined) throw new Error(`invariant: no role has the permissions of ${planned.kind}`)
  return id
}

/** One role for each distinct list of permissions in the plan. Keys are their logical ids. */
export function addRoles(
  stack: Stack,
  deployment: Deployment,
  data: DataResources,
): ReadonlyMap<string, CfnRole> {
  const roles = new Map<string, CfnRole>()
  for (const planned of deployment.functions) {
    const id = roleIdOf(planned)
    if (!roles.has(id)) roles.set(id, addRole(stack, id, planned, deployment, data))
  }
  return roles
}

function addRole(
  stack: Stack,
  id: string,
  planned: PlannedFunction,
  deployment: Deployment,
  data: DataResources,
): CfnRole {
  const logs = isProjectFunction(planned.kind)
    ? projectFunctionName(deployment.project.name, planned.kind)
    : apiFunctionPattern(deployment.project.name)
  const permissions: readonly Permission[] = [
    ...planned.permissions,
    ...(deployment.settings.xray
      ? [{ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], on: 'anything' } as const]
      : []),
  ]
  return new CfnRole(stack, id, {
    description: `What functions of ${deployment.project.name} may do: ${id}.`,
    assumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
    policies: [
      {
        policyName: 'calls',
        policyDocument: {
          Version: '2012-10-17',
          Statement: permissions.map(({ actions, on }) => {
            return { Effect: 'Allow', Action: [...actions], Resource: resources(on, deployment, data, logs) }
          }),
        },
      },
    ],
  })
}

export function assumedBy(service: string) {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  }
}

function resources(
  role: ResourceRole,
  { names }: Deployment,
  { table }: DataResources,
  logs: string,
): string | string[] {
  switch (role) {
    case 'table':
      return arn('dynamodb', `table/${names.table}`)
    case 'index':
      return arn('dynamodb', `table/${names.table}/index/GSI1`)
    case 'stream':
      return table.attrStreamArn
    case 'anything':
      return '*'
    case 'lake':
      return bucketArn(names.lakeBucketPrefix)
    case 'lakeObjects':
      return bucketArn(names.lakeBucketPrefix, '/tables/*')
    case 'results':
      return bucketArn(names.resultsBucketPrefix)
    case 'resultObjects':
      return bucketArn(names.resultsBucketPrefix, '/*')
    case 'workgroup':
      return arn('athena', `workgroup/${names.workgroup}`)
    case 'catalog':
      return ['catalog', `database/${names.database}`, `table/${names.database}/*`].map((one) =>
        arn('glue', one),
      )
    case 'cascadeQueue':
      return arn('sqs', names.cascadeQueue)
    case 'deletionQueue':
      return arn('sqs', names.deletionQueue)
    case 'streamDeadLetterQueue':
      return arn('sqs', names.streamDeadLetterQueue)
    case 'logs':
      return arn('logs', `log-group:/aws/lambda/${logs}:*`)
  }
}

function roleIds(): ReadonlyMap<string, string> {
  const deletion = { kind: 'delete' } as Statement
  const variants: readonly (readonly [string, readonly Permission[]])[] = [
    ...API_KINDS.map((kind) => [kind, permissionsOf(kind)] as const),
    ['queryResult', permissionsOf('taskResult')],
    ['deletionResult', permissionsOf('taskResult', deletion)],
    ...PROJECT_FUNCTIONS.map((kind) => [kind, permissionsOf(kind)] as const),
  ]
  const ids = new Map<string, string>()
  for (const [name, permissions] of variants) {
    const key = keyOf(permissions)
    if (!ids.has(key)) ids.set(key, `${pascal(name)}Role`)
  }
  return ids
}

function keyOf(permissions: readonly Permission[]): string {
  return canonicalJson(permissions as unknown as Json)
}
