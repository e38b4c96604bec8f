import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { CfnDatabase } from 'aws-cdk-lib/aws-glue'
import { Aws, type Stack } from 'aws-cdk-lib/core'
import { type Deployment, sub } from './deployment.js'

export interface SqlResources {
  readonly database: CfnDatabase
  readonly workgroup: CfnWorkGroup
}

const MB = 1024 * 1024

/** The catalog's database, and the workgroup that says where results go and how much a statement may scan. */
export function addSqlResources(stack: Stack, { names, settings, project }: Deployment): SqlResources {
  const database = new CfnDatabase(stack, 'Database', {
    catalogId: Aws.ACCOUNT_ID,
    databaseInput: {
      name: names.database,
      description: `Lake of the project ${project.name}.`,
      locationUri: sub(
        `s3://${names.lakeBucketPrefix}\${AWS::AccountId}/${settings.function.layout === 'batches' ? 'base' : 'tables'}/`,
      ),
    },
  })
  const workgroup = new CfnWorkGroup(stack, 'Workgroup', {
    name: names.workgroup,
    description: `Statements of the project ${project.name}.`,
    // Results are in a bucket of their own; of the workgroup only its history of executions goes with it.
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      publishCloudWatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: settings.maxScannedMb * MB,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: resultsLocation(names.resultsBucketPrefix),
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
      },
    },
  })
  return { database, workgroup }
}

/** Where Athena writes results: `s3://{bucket}/`. */
export function resultsLocation(resultsBucketPrefix: string): string {
  return sub(`s3://${resultsBucketPrefix}\${AWS::AccountId}/`)
}
