import { CfnRole } from 'aws-cdk-lib/aws-iam'
import type { Stack } from 'aws-cdk-lib/core'
import { canonicalJson } from '../../model/canonicalJson.js'
import { type FunctionKind, projectFunctionsOf } from '../../model/functions.js'
import type { Json } from '../../model/json.js'
import { LAKE_LAYOUTS, type LakeLayout } from '../../model/lakeLayout.js'
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

/**
 * Logical ids of the roles, by their permissions. A role is named after what needs it, whatever the schema says; the same
 * in both layouts of the lake, so that another layout changes a role and makes no other.
 */
const ROLE_IDS: ReadonlyMap<string, string> = new Map(LAKE_LAYOUTS.flatMap((layout) => [...roleIds(layout)]))

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
            const Condition = conditionOf(on)
            return {
              Effect: 'Allow',
              Action: [...actions],
              Resource: resources(on, deployment, data, logs),
              ...(Condition && { Condition }),
            }
          }),
        },
      },
    ],
  })
}

/** Of the table only the items whose keys begin so. */
const ITEMS: Partial<Record<ResourceRole, string>> = { manifests: 'lakeManifest#*' }

function conditionOf(on: ResourceRole) {
  const keys = ITEMS[on]
  return keys && { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keys] } }
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
    case 'manifests':
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
    case 'baseObjects':
      return bucketArn(names.lakeBucketPrefix, '/base/*')
    case 'batchObjects':
      return bucketArn(names.lakeBucketPrefix, '/batches/*')
    case 'retiredObjects':
      return bucketArn(names.lakeBucketPrefix, '/retired/*')
    case 'results':
      return bucketArn(names.resultsBucketPrefix)
    case 'resultObjects':
      return bucketArn(names.resultsBucketPrefix, '/*')
    case 'workgroup':
      return arn('athena', `workgroup/${names.workgroup}`)
    case 'keeperWorkgroup':
      return arn('athena', `workgroup/${names.keeperWorkgroup}`)
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

function roleIds(layout: LakeLayout): ReadonlyMap<string, string> {
  const deletion = { kind: 'delete' } as Statement
  const variants: readonly (readonly [string, readonly Permission[]])[] = [
    ...API_KINDS.map((kind) => [kind, permissionsOf(kind, layout)] as const),
    ['queryResult', permissionsOf('taskResult', layout)],
    ['deletionResult', permissionsOf('taskResult', layout, deletion)],
    ...projectFunctionsOf(layout).map((kind) => [kind, permissionsOf(kind, layout)] as const),
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
