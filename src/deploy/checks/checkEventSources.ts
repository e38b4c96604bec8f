import { type CheckInput, type Finding, listPart, ofType, type Placed, part } from './finding.js'
import { grantsOf, roleOf } from './grants.js'
import { valueText } from './valueText.js'

/** What Lambda itself does with the rights of the function that a mapping starts. */
const STREAM_CALLS = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'].map(
  (name) => `dynamodb:${name}`,
)
const QUEUE_CALLS = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => `sqs:${name}`)

/** Lambda's advice: a message stays hidden for six timeouts of its function. */
const VISIBILITY_TIMEOUTS = 6

/** Each mapping has a source that gives it something, a function, and that function's right to read. */
export function checkEventSources(input: CheckInput): Finding[] {
  const mappings = ofType(input, 'AWS::Lambda::EventSourceMapping')
  const finding = (place: string, message: string): Finding => ({ check: 'eventSources', place, message })
  const sources = mappings.map((mapping) =>
    valueText(part(mapping.resource, 'EventSourceArn'), mapping.stack, input),
  )
  const wanted = ['Table.StreamArn', 'CascadeQueue.Arn', 'DeletionQueue.Arn']
  return [
    ...wanted
      .filter((source) => !sources.includes(`\${${source}}`))
      .map((source) => finding('', `Nothing reads ${source}.`)),
    ...mappings.flatMap((mapping) => problems(mapping, input).map((text) => finding(mapping.place, text))),
  ]
}

function problems(mapping: Placed, input: CheckInput): string[] {
  const source = valueText(part(mapping.resource, 'EventSourceArn'), mapping.stack, input)
  const target = valueText(part(mapping.resource, 'FunctionName'), mapping.stack, input)
  const called = ofType(input, 'AWS::Lambda::Function').find(({ id }) => target === `\${${id}}`)
  if (!called) return [`Its function ${target} is not there.`]
  const stream = /^\$\{(\w+)\.StreamArn\}$/.exec(source)?.[1]
  const queue = /^\$\{(\w+)\.Arn\}$/.exec(source)?.[1]
  const found: string[] = []
  if (!listPart(mapping.resource, 'FunctionResponseTypes').includes('ReportBatchItemFailures')) {
    found.push('It takes a batch as done or failed as a whole.')
  }
  const role = roleOf(called, input)
  const granted = new Set(role ? grantsOf(role, input).map(({ action }) => action) : [])
  const calls = stream === undefined ? QUEUE_CALLS : STREAM_CALLS
  for (const call of calls)
    if (!granted.has(call)) found.push(`The role of its function doesn't permit ${call}.`)
  if (stream !== undefined) return [...found, ...streamProblems(mapping, stream, granted, input)]
  const from = ofType(input, 'AWS::SQS::Queue').find(({ id }) => id === queue)
  if (!from) return [...found, `Its source ${source} is not there.`]
  const visibility = Number(part(from.resource, 'VisibilityTimeout') ?? 30)
  if (visibility < VISIBILITY_TIMEOUTS * Number(part(called.resource, 'Timeout'))) {
    found.push(`Its queue hides a message for ${visibility} s, less than six timeouts of its function.`)
  }
  return found
}

function streamProblems(
  mapping: Placed,
  tableId: string,
  granted: ReadonlySet<string>,
  input: CheckInput,
): string[] {
  const found: string[] = []
  const table = ofType(input, 'AWS::DynamoDB::Table').find(({ id }) => id === tableId)
  const view = table && part(table.resource, 'StreamSpecification', 'StreamViewType')
  if (view !== 'NEW_AND_OLD_IMAGES') found.push('Its table has no stream with both images.')
  const images = listPart(mapping.resource, 'FilterCriteria', 'Filters').map(filteredImage)
  for (const image of ['NewImage', 'OldImage']) {
    if (!images.includes(image)) found.push(`No filter lets a change with a ${image} through.`)
  }
  if (images.includes(undefined)) found.push('A filter is none that the stream processor has.')
  const destination = valueText(
    part(mapping.resource, 'DestinationConfig', 'OnFailure', 'Destination'),
    mapping.stack,
    input,
  )
  const queue = ofType(input, 'AWS::SQS::Queue').find(({ id }) => destination === `\${${id}.Arn}`)
  if (!queue) found.push('What it gives up goes nowhere.')
  else if (!granted.has('sqs:SendMessage'))
    found.push("The role of its function doesn't permit sqs:SendMessage.")
  for (const limit of ['MaximumRetryAttempts', 'MaximumRecordAgeInSeconds']) {
    if (!(Number(part(mapping.resource, limit) ?? -1) >= 0)) found.push(`It has no ${limit}.`)
  }
  return found
}

/** The image whose `_rev` a filter asks for; undefined for any other filter. */
function filteredImage(filter: unknown): string | undefined {
  try {
    const pattern = JSON.parse((filter as { Pattern: string }).Pattern) as {
      dynamodb: Record<string, unknown>
    }
    const [[image, of] = ['', undefined]] = Object.entries(pattern.dynamodb)
    return JSON.stringify(of) === '{"_rev":{"N":[{"exists":true}]}}' ? image : undefined
  } catch {
    return undefined
  }
}
