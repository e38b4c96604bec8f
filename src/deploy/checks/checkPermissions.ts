import type { ResourceRole } from '../plan/permissions.js'
import type { PlannedFunction } from '../plan/planFunctions.js'
import { type CheckInput, type Finding, ofType, type Placed, part } from './finding.js'
import { type Grant, grantsOf, roleOf } from './grants.js'

/** Actions that exist, of the services that a project uses. IAM takes a misspelt one without a word. */
const KNOWN_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  athena: [
    'StartQueryExecution',
    'GetQueryExecution',
    'GetQueryResults',
    'StopQueryExecution',
    'BatchGetQueryExecution',
  ],
  dynamodb: [
    ...[
      'GetItem',
      'BatchGetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'BatchWriteItem',
      'ConditionCheckItem',
    ],
    ...['Query', 'Scan', 'GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams', 'DescribeTable'],
  ],
  glue: [
    'GetDatabase',
    'GetDatabases',
    'GetTable',
    'GetTables',
    'GetPartition',
    'GetPartitions',
    'BatchGetPartition',
    ...['CreateTable', 'UpdateTable', 'DeleteTable'],
  ],
  lambda: ['InvokeFunction'],
  logs: ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents'],
  s3: [
    ...['GetObject', 'PutObject', 'DeleteObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'],
    ...['ListBucket', 'ListBucketMultipartUploads', 'GetBucketLocation'],
  ],
  sqs: [
    'SendMessage',
    'ReceiveMessage',
    'DeleteMessage',
    'ChangeMessageVisibility',
    'GetQueueAttributes',
    'GetQueueUrl',
  ],
  xray: ['PutTraceSegments', 'PutTelemetryRecords'],
}

/** What is granted besides the plan, where tracing is on. */
const TRACING = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']

/** Each call that is planned is permitted, nothing else is, and what is permitted exists. */
export function checkPermissions(input: CheckInput): Finding[] {
  const functions = ofType(input, 'AWS::Lambda::Function')
  const planned: Plans = new Map(input.functions.map((one) => [one.name, one]))
  return [
    ...ofType(input, 'AWS::IAM::Role').flatMap((role) => checkActions(role, input)),
    ...functions.flatMap((one) => checkFunction(one, planned, input)),
    ...checkInvocation(functions, planned, input),
  ]
}

function checkActions(role: Placed, input: CheckInput): Finding[] {
  return [...new Set(grantsOf(role, input).map(({ action }) => action))]
    .filter((action) => {
      const [service = '', name = ''] = action.split(':')
      return !KNOWN_ACTIONS[service]?.includes(name)
    })
    .map((action) => finding(role.place, `The action ${action} is not known.`))
}

type Plans = ReadonlyMap<string, PlannedFunction>

function checkFunction(one: Placed, plans: Plans, input: CheckInput): Finding[] {
  const name = String(part(one.resource, 'FunctionName'))
  const planned = plans.get(name)
  if (!planned) return [finding(one.place, `The function ${name} is not planned.`)]
  const role = roleOf(one, input)
  if (!role) return [finding(one.place, 'Its role is not there.')]
  const grants = grantsOf(role, input)
  const wanted = planned.permissions.flatMap(({ actions, on }) => {
    return actions.flatMap((action) =>
      resourcesOf(on, name, input.project).map((resource) => ({ action, resource, items: ITEMS[on] })),
    )
  })
  const missing = wanted.filter((want) => !grants.some((grant) => grant.allowed && permits(grant, want)))
  const needless = grants.filter(
    (grant) => !TRACING.includes(grant.action) && !wanted.some((want) => permits(grant, want)),
  )
  return [
    ...missing.map(({ action, resource }) =>
      finding(one.place, `Its role ${role.id} doesn't permit ${action} on ${String(resource)}.`),
    ),
    ...needless.map(({ action, resource }) =>
      finding(one.place, `Its role ${role.id} permits ${action} on ${resource}, which it doesn't need.`),
    ),
  ]
}

interface Want {
  readonly action: string
  readonly resource: RegExp
  readonly items: string | undefined
}

function permits(grant: Grant, want: Want): boolean {
  return grant.action === want.action && want.resource.test(grant.resource) && grant.items === want.items
}

/** Where a permission is for some items of the table only. */
const ITEMS: Partial<Record<ResourceRole, string>> = { manifests: 'lakeManifest#*' }

/** The resources that a permission is about, as patterns of what a template says: told here once more, on purpose. */
function resourcesOf(on: ResourceRole, functionName: string, project: string): RegExp[] {
  const database = `${project.replaceAll('-', '_')}_db`
  const patterns: Readonly<Record<ResourceRole, readonly string[]>> = {
    table: [`:dynamodb:.*:table/OCG-${project}`],
    index: [`:dynamodb:.*:table/OCG-${project}/index/GSI1`],
    stream: ['\\$\\{Table\\.StreamArn\\}'],
    anything: ['\\*'],
    lake: [`:s3:::ocg-${project}-\\$\\{AWS::AccountId\\}`],
    lakeObjects: [`:s3:::ocg-${project}-\\$\\{AWS::AccountId\\}/tables/\\*`],
    baseObjects: [`:s3:::ocg-${project}-\\$\\{AWS::AccountId\\}/base/\\*`],
    batchObjects: [`:s3:::ocg-${project}-\\$\\{AWS::AccountId\\}/batches/\\*`],
    retiredObjects: [`:s3:::ocg-${project}-\\$\\{AWS::AccountId\\}/retired/\\*`],
    manifests: [`:dynamodb:.*:table/OCG-${project}`],
    results: [`:s3:::ocg-${project}-athena-results-\\$\\{AWS::AccountId\\}`],
    resultObjects: [`:s3:::ocg-${project}-athena-results-\\$\\{AWS::AccountId\\}/\\*`],
    workgroup: [`:athena:.*:workgroup/OCG-${project}`],
    keeperWorkgroup: [`:athena:.*:workgroup/OCG-${project}_keeper`],
    catalog: [':glue:.*:catalog', `:glue:.*:database/${database}`, `:glue:.*:table/${database}/\\*`],
    cascadeQueue: [`:sqs:.*:${project}-cascade-deletion`],
    deletionQueue: [`:sqs:.*:${project}-deletion`],
    streamDeadLetterQueue: [`:sqs:.*:${project}-stream-dlq`],
    logs: [
      `:logs:.*:log-group:/aws/lambda/(${functionName}|${functionName.replace(/[0-9a-f]{16}$/, '\\?{16}')}):\\*`,
    ],
  }
  return patterns[on].map((pattern) => new RegExp(`${pattern}$`))
}

/** AppSync's role reaches every function of the API, and none of the project's own. */
function checkInvocation(functions: readonly Placed[], plans: Plans, input: CheckInput): Finding[] {
  const role = ofType(input, 'AWS::IAM::Role').find(({ id }) => id === 'ApiInvokeRole')
  if (!role) return [finding('ApiInvokeRole', 'The role that calls functions is not there.')]
  const grants = grantsOf(role, input).filter(({ action }) => action === 'lambda:InvokeFunction')
  return functions.flatMap(({ resource, place }) => {
    const name = String(part(resource, 'FunctionName'))
    const matching = grants.filter((grant) => globMatches(grant.resource.split(':function:')[1] ?? '', name))
    const allowed = matching.length > 0 && matching.every((grant) => grant.allowed)
    const wanted = plans.get(name)?.operation !== undefined
    if (allowed === wanted) return []
    return [finding(place, allowed ? `AppSync may call ${name}.` : `AppSync may not call ${name}.`)]
  })
}

/** IAM's wildcards: `*` any text, `?` one character. */
function globMatches(glob: string, text: string): boolean {
  const pattern = glob
    .replace(/[.+^$(){}|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${pattern}$`).test(text)
}

function finding(place: string, message: string): Finding {
  return { check: 'permissions', place, message }
}
