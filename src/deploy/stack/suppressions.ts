/** A finding of cdk-nag's AwsSolutions that stays, with the reason. */
export interface Suppression {
  /** Matches the rule's id: `AwsSolutions-S1`, `AwsSolutions-IAM5[Resource::*]`. */
  readonly rule: RegExp
  /** Matches the logical id of the resource. Default: any. */
  readonly on?: RegExp
  readonly reason: string
}

/** Every finding must be one of these, and every one of these must be found: the tests of the templates hold both. */
export const SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: /^AwsSolutions-S1$/,
    on: /^(Lake|Results)Bucket$/,
    reason:
      'Access logs would be a third bucket that grows by an object every few minutes. Only roles of this stack reach the ' +
      'buckets; who needs a record of reads turns on data events of CloudTrail, for all buckets of the account at once.',
  },
  {
    rule: /^AwsSolutions-SQS3$/,
    on: /^StreamDeadLetters$/,
    reason:
      'It is a dead-letter queue itself: of the event source mapping of the stream, which the rule does not look at.',
  },
  {
    rule: /^AwsSolutions-ASC3$/,
    on: /^Api$/,
    reason:
      'Errors are logged. Verbose content is left out, because it holds arguments and results, which are the data of users.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:logs:.*:log-group:\/aws\/lambda\/OCG-[^*]*:\*\]$/,
    reason: 'The streams of a log group: Lambda names them, one for each of its containers.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:glue:[^*]*:table\/[a-z0-9_]+_db\/\*\]$/,
    on: /^(TriggerTask|SyncQuery|ExecutionTracker|LakeKeeper)Role$/,
    reason:
      'The tables of the project: a role is shared by all statements, and a statement may read any table of its project.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::ocg-[^*]*\/tables\/\*\]$/,
    reason: 'The rows of the lake, a file each. Only with layout `rows`.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::ocg-[^*]*\/(base|batches|retired)\/\*\]$/,
    reason:
      'The files of the lake: an Iceberg table names its own, and batches have random names. Only with layout `batches`.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::ocg-[^*]*-athena-results-<AWS::AccountId>\/\*\]$/,
    reason: 'The results of statements: Athena names the objects after its executions.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    on: /^StreamProcessorRole$/,
    reason: 'dynamodb:ListStreams, which an event source mapping asks for, takes no resource.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    on: /^(?!StreamProcessor).*Role$/,
    reason: 'The two calls of X-Ray take no resource. Only with `xray: true`.',
  },
]
