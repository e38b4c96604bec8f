import { type CheckInput, type Finding, ofType, part } from './finding.js'
import { valueText } from './valueText.js'

/** The variables of each function name what the stack makes. */
export function checkEnvironment(input: CheckInput): Finding[] {
  const named = (type: string, ...path: string[]) =>
    ofType(input, type).map(({ resource, stack }) => valueText(part(resource, ...path), stack, input))
  const buckets = named('AWS::S3::Bucket', 'BucketName')
  const queues = named('AWS::SQS::Queue', 'QueueName')
  const locations = named(
    'AWS::Athena::WorkGroup',
    'WorkGroupConfiguration',
    'ResultConfiguration',
    'OutputLocation',
  )
  const tables = named('AWS::DynamoDB::Table', 'TableName')
  const databases = named('AWS::Glue::Database', 'DatabaseInput', 'Name')
  const rules: Readonly<Record<string, (value: string) => boolean>> = {
    DYNAMODB_TABLE_NAME: (value) => tables.includes(value),
    S3_BUCKET_NAME: (value) => buckets.includes(value),
    ATHENA_DATABASE_NAME: (value) => databases.includes(value),
    ATHENA_OUTPUT_LOCATION: (value) =>
      locations.includes(value) && buckets.some((bucket) => value === `s3://${bucket}/`),
    CASCADE_DELETION_QUEUE_URL: (value) => queues.includes(value.split('/').at(-1) ?? ''),
    DELETION_QUEUE_URL: (value) => queues.includes(value.split('/').at(-1) ?? ''),
    LOG_LEVEL: (value) => ['DEBUG', 'INFO', 'WARN', 'ERROR'].includes(value),
  }
  return ofType(input, 'AWS::Lambda::Function').flatMap(({ resource, stack, place }) => {
    const variables = (part(resource, 'Environment', 'Variables') ?? {}) as Record<string, unknown>
    const finding = (message: string): Finding => ({ check: 'environment', place, message })
    return [
      ...Object.entries(rules).flatMap(([name, right]) => {
        if (!Object.hasOwn(variables, name)) return [finding(`It has no variable ${name}.`)]
        const value = valueText(variables[name], stack, input)
        return right(value) ? [] : [finding(`Its ${name} is ${value}, which is not there.`)]
      }),
      ...Object.keys(variables)
        .filter((name) => !Object.hasOwn(rules, name))
        .map((name) => finding(`Its variable ${name} is no part of the contract.`)),
    ]
  })
}
