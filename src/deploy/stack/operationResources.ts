import { CfnDataSource, CfnResolver } from 'aws-cdk-lib/aws-appsync'
import type { Stack } from 'aws-cdk-lib/core'
import { sha256Hex } from '../../model/keys.js'
import type { Operation } from '../../model/types.js'
import type { PlannedFunction } from '../plan/planFunctions.js'
import { type Deployment, idPart } from './deployment.js'
import { addFunction } from './functionResource.js'
import { RESOLVER_CODE } from './resolverCode.js'

export interface OperationParents {
  readonly apiId: string
  readonly invokeRoleArn: string
  /** ARN of the role with the function's permissions. */
  readonly roleArn: string
}

/** One field of the API: its function, its data source, its resolver. */
export function addOperation(
  stack: Stack,
  planned: PlannedFunction & { readonly operation: Operation },
  parents: OperationParents,
  deployment: Deployment,
): void {
  const { operation } = planned
  const id = `${operation.parent}${idPart(operation.field)}`
  const resource = addFunction(stack, id, planned, parents.roleArn, deployment)
  const source = new CfnDataSource(stack, `${id}Source`, {
    apiId: parents.apiId,
    name: dataSourceName(operation),
    type: 'AWS_LAMBDA',
    serviceRoleArn: parents.invokeRoleArn,
    lambdaConfig: { lambdaFunctionArn: resource.attrArn },
  })
  new CfnResolver(stack, `${id}Resolver`, {
    apiId: parents.apiId,
    typeName: operation.parent,
    fieldName: operation.field,
    kind: 'UNIT',
    dataSourceName: source.attrName,
    runtime: { name: 'APPSYNC_JS', runtimeVersion: '1.0.0' },
    code: RESOLVER_CODE,
  })
}

/** AppSync's limit for names of data sources. */
const MAX_NAME = 65

function dataSourceName({ parent, field }: Operation): string {
  const name = `${parent}_${field}`
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 17)}_${sha256Hex(name).slice(0, 16)}`
}
