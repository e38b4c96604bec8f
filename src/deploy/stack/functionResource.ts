import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { FileAssetPackaging, type Stack } from 'aws-cdk-lib/core'
import { isProjectFunction, optionsOf } from '../config/settings.js'
import type { PlannedFunction } from '../plan/planFunctions.js'
import { bucketName, type Deployment, queueUrl } from './deployment.js'
import { resultsLocation } from './sqlResources.js'

/** The contract asks for Node 22 or later; 22 itself ends in April 2027. */
export const NODE_RUNTIME = 'nodejs24.x'

/** A function with its code and its log group. `id` is the part of their logical ids that is its own. */
export function addFunction(
  stack: Stack,
  id: string,
  planned: PlannedFunction,
  roleArn: string,
  deployment: Deployment,
): CfnFunction {
  const { settings, assets } = deployment
  const asset = assets.get(planned.name)
  if (!asset) throw new Error(`invariant: there is no code for ${planned.name}`)
  const options = optionsOf(settings, planned)
  const logs = new CfnLogGroup(stack, `${id}Logs`, {
    logGroupName: `/aws/lambda/${planned.name}`,
    retentionInDays: options.logRetentionDays,
  })
  const code = stack.synthesizer.addFileAsset({
    fileName: asset.file,
    packaging: FileAssetPackaging.FILE,
    sourceHash: asset.hash,
    displayName: planned.name,
  })
  return new CfnFunction(stack, `${id}Function`, {
    functionName: planned.name,
    description: descriptionOf(planned, deployment.project.name),
    runtime: NODE_RUNTIME,
    architectures: ['arm64'],
    handler: 'index.handler',
    code: { s3Bucket: code.bucketName, s3Key: code.objectKey },
    role: roleArn,
    memorySize: options.memoryMb,
    timeout: options.timeoutSeconds,
    ...(reserves(planned) && options.concurrency !== undefined
      ? { reservedConcurrentExecutions: options.concurrency }
      : {}),
    // A listener sends itself what is left when its time ends. Lambda would take that for a loop, and stop it.
    ...(isListener(planned) && { recursiveLoop: 'Allow' }),
    tracingConfig: { mode: settings.xray ? 'Active' : 'PassThrough' },
    loggingConfig: { logGroup: logs.ref },
    environment: { variables: environmentOf(deployment) },
  })
}

/** The contract's environment, the same for every function. */
function environmentOf({ names, settings }: Deployment): Record<string, string> {
  return {
    DYNAMODB_TABLE_NAME: names.table,
    S3_BUCKET_NAME: bucketName(names.lakeBucketPrefix),
    ATHENA_DATABASE_NAME: names.database,
    ATHENA_OUTPUT_LOCATION: resultsLocation(names.resultsBucketPrefix),
    CASCADE_DELETION_QUEUE_URL: queueUrl(names.cascadeQueue),
    DELETION_QUEUE_URL: queueUrl(names.deletionQueue),
    LOG_LEVEL: settings.logLevel,
  }
}

/** What the concurrency of these means is said to their event source mapping. */
function reserves({ kind }: PlannedFunction): boolean {
  return !isProjectFunction(kind) || kind === 'executionTracker'
}

function isListener({ kind }: PlannedFunction): boolean {
  return kind === 'cascadeListener' || kind === 'deletionListener'
}

function descriptionOf({ kind, operation }: PlannedFunction, project: string): string {
  return operation
    ? `${project}: ${operation.parent}.${operation.field}`.slice(0, 256)
    : `${project}: ${kind}`
}
