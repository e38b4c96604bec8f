import { type CheckInput, type Finding, ofType, type Placed, part } from './finding.js'

/** What holds data outlives its stack, is protected, and is nobody else's to read. */
export function checkDataProtection(input: CheckInput): Finding[] {
  const tables = ofType(input, 'AWS::DynamoDB::Table')
  const buckets = ofType(input, 'AWS::S3::Bucket')
  const finding = (place: string, message: string): Finding => ({ check: 'dataProtection', place, message })
  return [
    ...(tables.length === 1 ? [] : [finding('', `There are ${tables.length} tables instead of 1.`)]),
    ...(buckets.length === 2 ? [] : [finding('', `There are ${buckets.length} buckets instead of 2.`)]),
    ...[...tables, ...buckets].flatMap(({ resource, place }) =>
      (['DeletionPolicy', 'UpdateReplacePolicy'] as const)
        .filter((policy) => resource[policy] !== 'Retain')
        .map((policy) =>
          finding(place, `Its ${policy} is ${resource[policy] ?? 'not set'} instead of Retain.`),
        ),
    ),
    ...tables.flatMap((table) => tableProblems(table).map((text) => finding(table.place, text))),
    ...buckets.flatMap((bucket) => bucketProblems(bucket, input).map((text) => finding(bucket.place, text))),
  ]
}

function tableProblems({ resource }: Placed): string[] {
  const restorable = part(resource, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled')
  return [
    ...(part(resource, 'DeletionProtectionEnabled') === true ? [] : ['It is not protected from deletion.']),
    ...(restorable === true ? [] : ['It has no recovery to a point in time.']),
    ...(part(resource, 'TimeToLiveSpecification', 'AttributeName') === 'expiresAt'
      ? []
      : ['Tasks never expire.']),
  ]
}

const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets']

function bucketProblems({ resource, id }: Placed, input: CheckInput): string[] {
  const policies = ofType(input, 'AWS::S3::BucketPolicy').filter(
    (policy) => (part(policy.resource, 'Bucket') as { Ref?: string } | undefined)?.Ref === id,
  )
  const onlyTls = policies.some((policy) => {
    const text = JSON.stringify(part(policy.resource, 'PolicyDocument'))
    return text.includes('"aws:SecureTransport":"false"') && text.includes('"Effect":"Deny"')
  })
  return [
    ...BLOCKS.filter((block) => part(resource, 'PublicAccessBlockConfiguration', block) !== true).map(
      (block) => `Its ${block} is not on.`,
    ),
    ...(part(resource, 'BucketEncryption') === undefined ? ['It is not encrypted.'] : []),
    ...(onlyTls ? [] : ['It can be reached without TLS.']),
  ]
}
