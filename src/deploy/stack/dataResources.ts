import { CfnTable } from 'aws-cdk-lib/aws-dynamodb'
import { CfnBucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3'
import { CfnDeletionPolicy, type CfnResource, Fn, type Stack } from 'aws-cdk-lib/core'
import { bucketName, type Deployment } from './deployment.js'
import { onlyTls } from './onlyTls.js'

export interface DataResources {
  readonly table: CfnTable
  readonly lake: CfnBucket
  readonly results: CfnBucket
}

/** The table and both buckets. */
export function addDataResources(stack: Stack, deployment: Deployment): DataResources {
  const { names, settings } = deployment
  const table = retain(
    new CfnTable(stack, 'Table', {
      tableName: names.table,
      billingMode: 'PAY_PER_REQUEST',
      attributeDefinitions: ['PK', 'SK', 'GSI1-PK', 'GSI1-SK'].map(stringAttribute),
      keySchema: keySchema('PK', 'SK'),
      globalSecondaryIndexes: [
        {
          indexName: 'GSI1',
          keySchema: keySchema('GSI1-PK', 'GSI1-SK'),
          projection: { projectionType: 'ALL' },
        },
      ],
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      streamSpecification: { streamViewType: 'NEW_AND_OLD_IMAGES' },
      timeToLiveSpecification: { attributeName: 'expiresAt', enabled: true },
      deletionProtectionEnabled: true,
    }),
  )
  const lake = addBucket(stack, 'LakeBucket', names.lakeBucketPrefix, [])
  const results = addBucket(stack, 'ResultsBucket', names.resultsBucketPrefix, [
    { id: 'expire-results', status: 'Enabled', expirationInDays: settings.function.taskDays },
  ])
  return { table, lake, results }
}

function addBucket(
  stack: Stack,
  id: string,
  prefix: string,
  rules: readonly CfnBucket.RuleProperty[],
): CfnBucket {
  const bucket = retain(
    new CfnBucket(stack, id, {
      bucketName: bucketName(prefix),
      bucketEncryption: {
        serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
      },
      publicAccessBlockConfiguration: {
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
      lifecycleConfiguration: {
        rules: [
          {
            id: 'abort-incomplete-uploads',
            status: 'Enabled',
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
          ...rules,
        ],
      },
    }),
  )
  new CfnBucketPolicy(stack, `${id}Policy`, {
    bucket: bucket.ref,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [onlyTls('s3', [bucket.attrArn, Fn.join('', [bucket.attrArn, '/*'])])],
    },
  })
  return bucket
}

function retain<Resource extends CfnResource>(resource: Resource): Resource {
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  return resource
}

function stringAttribute(attributeName: string): CfnTable.AttributeDefinitionProperty {
  return { attributeName, attributeType: 'S' }
}

function keySchema(partitionKey: string, sortKey: string): CfnTable.KeySchemaProperty[] {
  return [
    { attributeName: partitionKey, keyType: 'HASH' },
    { attributeName: sortKey, keyType: 'RANGE' },
  ]
}
