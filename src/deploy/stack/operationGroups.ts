import { CfnParameter, type CfnStack, NestedStack, type Stack } from 'aws-cdk-lib/core'
import { type LakeTable, lakeTables } from '../../model/lakeSchema.js'
import type { Operation } from '../../model/types.js'
import type { PlannedFunction } from '../plan/planFunctions.js'
import type { Api } from './api.js'
import { addBatchesTables } from './batchesTables.js'
import type { Deployment } from './deployment.js'
import { groupOf } from './groups.js'
import { addOperation } from './operationResources.js'
import { roleIdOf } from './roles.js'
import { addRowsTable } from './rowsTable.js'

/** Where nested stacks get what is made in the root. */
export interface GroupParents {
  readonly api: Api
  /** ARNs of the functions' roles by logical id. */
  readonly roleArns: ReadonlyMap<string, string>
  /** Made before any nested stack. */
  readonly dependencies: readonly Parameters<
    NonNullable<NestedStack['nestedStackResource']>['addResourceDependency']
  >[0][]
}

interface Group {
  readonly functions: (PlannedFunction & { readonly operation: Operation })[]
  readonly tables: LakeTable[]
}

/**
 * The nested stacks: what there is for an entity (the functions of its fields, its table in the catalog) is in one, as
 * is what there is for a statement. Join tables go by their own names.
 */
export function addOperationGroups(
  stack: Stack,
  parents: GroupParents,
  deployment: Deployment,
): NestedStack[] {
  const groups = new Map<string, Group>()
  const groupNamed = (name: string): Group => {
    const group = groups.get(name) ?? { functions: [], tables: [] }
    groups.set(name, group)
    return group
  }
  for (const planned of deployment.functions) {
    const { operation } = planned
    if (!operation) continue
    const name =
      'entity' in operation
        ? groupOf('entities', operation.entity)
        : groupOf('statements', operation.statement)
    groupNamed(name).functions.push({ ...planned, operation })
  }
  for (const table of lakeTables(deployment.project)) {
    groupNamed(groupOf(table.kind === 'entity' ? 'entities' : 'statements', table.name)).tables.push(table)
  }
  return [...groups.keys()].sort().map((name) => addGroup(stack, name, groupNamed(name), parents, deployment))
}

function addGroup(
  stack: Stack,
  name: string,
  { functions, tables }: Group,
  { api, roleArns, dependencies }: GroupParents,
  deployment: Deployment,
): NestedStack {
  const roles = [...new Set(functions.map(roleIdOf))].sort()
  const values: Record<string, string> =
    functions.length === 0 ? {} : { ApiId: api.api.attrApiId, ApiInvokeRoleArn: api.invokeRole.attrArn }
  for (const role of roles) values[`${role}Arn`] = roleArns.get(role) as string
  const nested = new NestedStack(stack, name, {
    parameters: values,
    description: `${name} of ${deployment.project.name}.`,
  })
  // Shown as it deploys, and what the other parts know it by.
  ;(nested.nestedStackResource as CfnStack).overrideLogicalId(name)
  for (const dependency of dependencies) nested.nestedStackResource?.addResourceDependency(dependency)
  const given = new Map(
    Object.keys(values).map((id) => [id, new CfnParameter(nested, id, { type: 'String' }).valueAsString]),
  )
  for (const planned of functions) {
    const parent = {
      apiId: given.get('ApiId') as string,
      invokeRoleArn: given.get('ApiInvokeRoleArn') as string,
      roleArn: given.get(`${roleIdOf(planned)}Arn`) as string,
    }
    addOperation(nested, planned, parent, deployment)
  }
  const addTables = deployment.settings.function.layout === 'batches' ? addBatchesTables : addRowsTable
  for (const table of tables) addTables(nested, table, deployment)
  return nested
}
