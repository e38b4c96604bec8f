import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { CfnDatabase } from 'aws-cdk-lib/aws-glue'
import { Aws, type Stack } from 'aws-cdk-lib/core'
import { type Deployment, sub } from './deployment.js'

export interface SqlResources {
  readonly database: CfnDatabase
  readonly workgroup: CfnWorkGroup
  /** Only with layout `batches`. */
  readonly keeperWorkgroup?: CfnWorkGroup
}

const MB = 1024 * 1024

/**
 * The catalog's database, and the workgroups that say where results go and how much a statement may scan. Work on the lake has
 * one of its own: a fold has to read the months that it changes, however large, and its ends are none of the tracker's business.
 */
export function addSqlResources(stack: Stack, deployment: Deployment): SqlResources {
  const { names, settings, project } = deployment
  const hasBatches = settings.function.layout === 'batches'
  const database = new CfnDatabase(stack, 'Database', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: {
      name: names.database,
      description: `Lake of the project ${project.name}.`,
      locationUri: sub(`s3://${names.lakeBucketPrefix}\${AWS::AccountId}/${hasBatches ? 'base' : 'tables'}/`),
    },
  })
  const workgroup = addWorkgroup(stack, 'Workgroup', deployment, {
    name: names.workgroup,
    description: `Statements of the project ${project.name}.`,
    bytesScanned: settings.maxScannedMb * MB,
  })
  if (!hasBatches) return { database, workgroup }
  const keeperWorkgroup = addWorkgroup(stack, 'KeeperWorkgroup', deployment, {
    name: names.keeperWorkgroup,
    description: `Work on the lake of the project ${project.name}.`,
  })
  return { database, workgroup, keeperWorkgroup }
}

function addWorkgroup(
  stack: Stack,
  id: string,
  { names }: Deployment,
  {
    name,
    description,
    bytesScanned,
  }: { readonly name: string; readonly description: string; readonly bytesScanned?: number },
): CfnWorkGroup {
  return new CfnWorkGroup(stack, id, {
    name,
    description,
    // Results are in a bucket of their own; of the workgroup only its history of executions goes with it.
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      publishCloudWatchMetricsEnabled: true,
      ...(bytesScanned !== undefined && { bytesScannedCutoffPerQuery: bytesScanned }),
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: resultsLocation(names.resultsBucketPrefix),
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
      },
    },
  })
}

/** Where Athena writes results: `s3://{bucket}/`. */
export function resultsLocation(resultsBucketPrefix: string): string {
  return sub(`s3://${resultsBucketPrefix}\${AWS::AccountId}/`)
}
