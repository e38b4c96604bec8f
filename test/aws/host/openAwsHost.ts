import { createHash } from 'node:crypto'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { lakeTables } from '../../../src/model/lakeSchema.js'
import type { Project } from '../../../src/model/types.js'
import { type AthenaServer, startAthenaServer } from '../servers/athena/startAthenaServer.js'
import { startDynamoDbLocal } from '../servers/dynamoDbLocal.js'
import { startObjectServer } from '../servers/objectServer.js'
import { type AppSync, openAppSync, type ResolverDefinition } from './appSync.js'
import { type Assembly, readAssembly } from './assembly.js'
import { type FunctionDefinition, type LambdaService, startLambdaService } from './lambdaService.js'
import { startQueueMapping } from './queueMapping.js'
import { type Fault, type RecordedCall, startRecordingProxy } from './recordingProxy.js'
import { type Physical, type ResolvedResource, resolveStack } from './resolveTemplate.js'
import { scheduledEvent, startSchedules } from './schedules.js'
import { hasBatches, openStackLake } from './stackLake.js'
import { type Mapping, startStreamMapping } from './streamMapping.js'

export const REGION = 'eu-central-1'
export const ACCOUNT = '111122223333'
/** Whose queues the server's are. */
const SERVER_ACCOUNT = '000000000000'

/** A project's stack, made from its templates on protocol servers, with functions, mappings and rules at work. */
export interface AwsHost {
  readonly api: AppSync
  readonly functions: LambdaService
  /** Every call that functions, and services with their rights, have made. */
  readonly calls: readonly RecordedCall[]
  /** Functions by access key: whose credentials a call was made with. */
  readonly functionOf: ReadonlyMap<string, FunctionDefinition & { readonly role: string }>
  readonly resources: readonly ResolvedResource[]
  readonly streamArn: string
  readonly names: { readonly table: string; readonly lakeBucket: string; readonly resultsBucket: string }
  /** Clients with rights of their own, straight to the servers. */
  readonly admin: { readonly dynamo: DynamoDBClient; readonly s3: S3Client; readonly sqs: SQSClient }
  /** Environment for a command line that works on this project. */
  readonly environment: Readonly<Record<string, string>>
  /** For `admin.sqs`. */
  queueUrl(name: string): string
  /** Fires the scheduled rules once. */
  runSchedules(): Promise<void>
  /** Loses every event from now on, or no longer: Athena's are best effort. */
  loseEvents(isLossy: boolean): void
  /** Makes records of the stream look this much older than they are, in seconds. */
  ageRecords(seconds: number): void
  /** Called before Athena runs a statement. */
  onStatement(hook: StatementHook | undefined): void
  /** Called between Athena's listing of a table's objects and its reading of them. */
  onListed(hook: ((table: string) => Promise<void>) | undefined): void
  /** Reads what is in the lake now, so that the next statement need not. */
  warmAthena(): Promise<void>
  /** Answers requests in a server's place from now on; undefined: none. */
  setFault(fault: Fault | undefined): void
  /** Resolves when the stream has been worked off, whatever the queues hold. */
  settleStream(timeoutMs?: number): Promise<void>
  /** Resolves when the stream and the queues have been worked off. */
  settle(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

export type StatementHook = (statement: { readonly sql: string; readonly workgroup: string }) => Promise<void>

export interface AwsHostOptions {
  readonly project: Project
  /** Folder of the synthesised assembly. */
  readonly assembly: string
  readonly stack: string
  /** Visibility of queues in seconds in the template's place, whose 90 minutes no test waits for. */
  readonly visibilitySeconds?: number
  /**
   * Length of a minute of the schedules, in milliseconds: rules begin at the clock then, each again when its function has ended.
   * Absent: only when `runSchedules` says so.
   */
  readonly minuteMs?: number
  /** Layout `batches`: seconds that VACUUM keeps snapshots, whose two hours no test waits for. */
  readonly snapshotAgeSeconds?: number
}

type Properties = Readonly<Record<string, unknown>>

/** Builds the host. Needs Java for DynamoDB Local; everything listens on loopback. */
export async function openAwsHost(options: AwsHostOptions): Promise<AwsHost> {
  const { project, visibilitySeconds = 2 } = options
  const closers: (() => Promise<unknown>)[] = []
  const calls: RecordedCall[] = []
  /** By name: where a queue is to those who come through the proxy, and to the server itself. */
  const queues = new Map<string, string>()
  const serverUrls = new Map<string, string>()
  const functionOf = new Map<string, FunctionDefinition & { role: string }>()
  let fault: Fault | undefined
  let workgroupOf: AthenaServer['workgroupOf'] = () => undefined

  const dynamoServer = await startDynamoDbLocal()
  const objectServer = await startObjectServer()
  closers.push(
    () => dynamoServer.close(),
    () => objectServer.close(),
  )
  const proxied = async (service: 'dynamodb' | 's3' | 'sqs' | 'athena', target: string) => {
    const proxy = await startRecordingProxy({
      service,
      target,
      // The tests' own clients have no function's key.
      onCall: (call) => functionOf.has(call.accessKeyId) && calls.push(inWorkgroup(call)),
      fault: (request) => fault?.(request),
      ...(service === 'sqs' && { rewrite: withServerUrls }),
    })
    closers.push(() => proxy.close())
    return proxy.endpoint
  }
  /** IAM looks at the workgroup of an execution; one that nobody knows counts as the project's. */
  function inWorkgroup(call: RecordedCall): RecordedCall {
    const [, execution] = /^execution\/(.*)$/.exec(call.resource) ?? []
    if (execution === undefined) return call
    return { ...call, resource: `workgroup/${workgroupOf(execution) ?? workgroups[0]}` }
  }
  const endpoints = {
    dynamodb: await proxied('dynamodb', dynamoServer.endpoint),
    s3: await proxied('s3', objectServer.endpoint),
    sqs: await proxied('sqs', objectServer.endpoint),
  }
  const credentials = { accessKeyId: 'ADMIN', secretAccessKey: 'secret' }
  const common = { region: REGION, credentials }
  const admin = {
    dynamo: new DynamoDBClient({ ...common, endpoint: dynamoServer.endpoint }),
    s3: new S3Client({ ...common, endpoint: objectServer.endpoint, forcePathStyle: true }),
    sqs: new SQSClient({ ...common, endpoint: objectServer.endpoint }),
  }
  closers.push(async () => {
    for (const client of Object.values(admin)) client.destroy()
  })

  const assembly = readAssembly(options.assembly, options.stack)
  /** The server knows a queue by the very URL that it has given it. */
  function withServerUrls(body: Buffer): Buffer {
    const request = JSON.parse(body.toString('utf8')) as { QueueUrl?: string }
    const name = request.QueueUrl?.split('/').at(-1) ?? ''
    return Buffer.from(JSON.stringify({ ...request, QueueUrl: serverUrls.get(name) ?? request.QueueUrl }))
  }

  const made: ResolvedResource[] = []
  const { resources } = await resolveStack(assembly.root, {
    assembly,
    parameters: { ApiKeyExpires: '4102444800' },
    pseudo: {
      'AWS::AccountId': ACCOUNT,
      'AWS::Region': REGION,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': options.stack,
      'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${options.stack}`,
    },
    create,
  })

  async function create(resource: ResolvedResource): Promise<Physical> {
    made.push(resource)
    const { type, properties } = resource
    switch (type) {
      case 'AWS::DynamoDB::Table':
        return createTable(properties)
      case 'AWS::S3::Bucket': {
        const name = String(properties.BucketName)
        await admin.s3.send(new CreateBucketCommand({ Bucket: name }))
        return {
          ref: name,
          attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` },
        }
      }
      case 'AWS::SQS::Queue':
        return createQueue(properties)
      default:
        return named(resource)
    }
  }

  async function createTable(properties: Properties): Promise<Physical> {
    const { TableName, KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode } = properties
    const { StreamViewType } = properties.StreamSpecification as { StreamViewType: 'NEW_AND_OLD_IMAGES' }
    const { TableDescription } = await admin.dynamo.send(
      new CreateTableCommand({
        TableName,
        KeySchema,
        AttributeDefinitions,
        GlobalSecondaryIndexes,
        BillingMode,
        StreamSpecification: { StreamEnabled: true, StreamViewType },
      } as ConstructorParameters<typeof CreateTableCommand>[0]),
    )
    return {
      ref: String(TableName),
      attributes: {
        Arn: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${String(TableName)}`,
        StreamArn: TableDescription?.LatestStreamArn ?? '',
      },
    }
  }

  async function createQueue(properties: Properties): Promise<Physical> {
    const name = String(properties.QueueName)
    const redrive = properties.RedrivePolicy as
      | { deadLetterTargetArn: string; maxReceiveCount: number }
      | undefined
    const { QueueUrl } = await admin.sqs.send(
      new CreateQueueCommand({
        QueueName: name,
        Attributes: {
          VisibilityTimeout: String(visibilitySeconds),
          ...(redrive && {
            RedrivePolicy: JSON.stringify({
              ...redrive,
              deadLetterTargetArn: redrive.deadLetterTargetArn.replace(ACCOUNT, SERVER_ACCOUNT),
            }),
          }),
        },
      }),
    )
    const path = new URL(QueueUrl ?? '').pathname
    const url = `${endpoints.sqs}${path}`
    queues.set(name, url)
    serverUrls.set(name, QueueUrl ?? '')
    return { ref: url, attributes: { Arn: queueArn(name), QueueName: name, QueueUrl: url } }
  }

  const table = only(made, 'AWS::DynamoDB::Table')
  const buckets = made
    .filter(({ type }) => type === 'AWS::S3::Bucket')
    .map(({ properties }) => String(properties.BucketName))
  const resultsBucket = buckets.find((name) => name.includes('athena-results')) ?? ''
  const lakeBucket = buckets.find((name) => name !== resultsBucket && name.endsWith(ACCOUNT)) ?? ''

  const lambdas = made.filter(({ type }) => type === 'AWS::Lambda::Function')
  for (const { properties } of lambdas) {
    const definition = functionDefinition(properties, assembly, queues)
    functionOf.set(definition.accessKeyId, definition)
  }
  const byName = new Map([...functionOf.values()].map((definition) => [definition.name, definition]))

  let functions: LambdaService | undefined
  const invoke = (name: string, event: unknown) => {
    if (!functions) throw new Error('The functions have not started yet.')
    return functions.invoke(name, event)
  }
  const workgroups = made
    .filter(({ type }) => type === 'AWS::Athena::WorkGroup')
    .map(({ properties }) => String(properties.Name))
  const rules = made.filter(({ type }) => type === 'AWS::Events::Rule').map(({ properties }) => properties)
  let events = 0
  /** Gives an event to the rules that it fits, as EventBridge does: asynchronously, and twice again when it fails. */
  function publish(event: Readonly<Record<string, unknown>>): void {
    if (isLossy) return
    for (const rule of rules) {
      if (!rule.EventPattern || !fits(event, rule.EventPattern as Properties)) continue
      for (const target of targetsOf(rule)) {
        events += 1
        void deliver(target, event).finally(() => {
          events -= 1
        })
      }
    }
  }
  async function deliver(target: string, event: unknown): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (closing || (await invoke(target, event)).ok) return
    }
  }
  let closing = false
  let isLossy = false
  let recordAge = 0
  let beforeStatement: StatementHook | undefined
  let listed: ((table: string) => Promise<void>) | undefined

  const database = String((only(made, 'AWS::Glue::Database').properties.DatabaseInput as Properties).Name)
  const lake = hasBatches(made)
    ? await openStackLake(made, {
        ...{ s3: admin.s3, s3Endpoint: objectServer.endpoint, lakeBucket, database },
        ...(options.snapshotAgeSeconds !== undefined && { snapshotAgeSeconds: options.snapshotAgeSeconds }),
      })
    : undefined
  if (lake) closers.push(() => lake.close())
  const athena = await startAthenaServer({
    s3: admin.s3,
    lakeBucket,
    database,
    workgroups,
    ...(lake && { runner: lake.runner }),
    tables: lakeTables(project),
    onListed: async (table) => listed?.(table),
    onStatement: async (statement) => beforeStatement?.(statement),
    onStateChange: (event) => publish(event as Readonly<Record<string, unknown>>),
    onAccess: (access) => functionOf.has(access.accessKeyId) && calls.push(access),
  })
  workgroupOf = athena.workgroupOf
  closers.push(() => athena.close())
  const athenaEndpoint = await proxied('athena', athena.endpoint)

  const environment = {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_ATHENA: athenaEndpoint,
    PATH: process.env.PATH ?? '',
  }
  functions = await startLambdaService([...functionOf.values()], environment)
  const lambdaService = functions
  closers.push(() => lambdaService.close())

  const streamArn = await latestStream(table)
  const mappings: Mapping[] = []
  for (const { properties } of made.filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')) {
    mappings.push(startMapping(properties))
  }
  closers.push(() => Promise.all(mappings.map((mapping) => mapping.close())))

  function startMapping(properties: Properties): Mapping {
    const name = functionNameOf(properties.FunctionName)
    const definition = byName.get(name)
    if (!definition) throw new Error(`A mapping names a function ${name} that the stack has not.`)
    const own = {
      region: REGION,
      credentials: { accessKeyId: definition.accessKeyId, secretAccessKey: 'secret' },
    }
    const source = String(properties.EventSourceArn)
    if (!source.includes(':sqs:')) {
      const streams = new DynamoDBStreamsClient({ ...own, endpoint: endpoints.dynamodb })
      const sqs = new SQSClient({ ...own, endpoint: endpoints.sqs })
      const filters =
        (properties.FilterCriteria as { Filters?: { Pattern: string }[] } | undefined)?.Filters ?? []
      const destination = (
        properties.DestinationConfig as { OnFailure?: { Destination: string } } | undefined
      )?.OnFailure
      return startStreamMapping({
        streams,
        streamArn: source,
        age: () => recordAge,
        settings: {
          batchSize: Number(properties.BatchSize ?? 100),
          windowSeconds: Number(properties.MaximumBatchingWindowInSeconds ?? 0) / 10,
          parallelization: Number(properties.ParallelizationFactor ?? 1),
          retries: Number(properties.MaximumRetryAttempts ?? -1),
          maxAgeSeconds: Number(properties.MaximumRecordAgeInSeconds ?? -1),
          bisect: properties.BisectBatchOnFunctionError === true,
          filters: filters.map(({ Pattern }) => JSON.parse(Pattern) as Properties),
        },
        invoke: (event) => invoke(name, event),
        onFailure: async (message) => {
          if (!destination) return
          const QueueUrl = queues.get(destination.Destination.split(':').at(-1) ?? '')
          await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }))
        },
      })
    }
    const queue = source.split(':').at(-1) ?? ''
    return startQueueMapping({
      sqs: new SQSClient({ ...own, endpoint: endpoints.sqs }),
      queueUrl: queues.get(queue) ?? '',
      queueArn: source,
      batchSize: Number(properties.BatchSize ?? 10),
      concurrency: Number(
        (properties.ScalingConfig as { MaximumConcurrency?: number } | undefined)?.MaximumConcurrency ?? 10,
      ),
      invoke: (event) => invoke(name, event),
    })
  }

  const scheduled = rules.flatMap((rule) =>
    rule.ScheduleExpression
      ? [{ expression: String(rule.ScheduleExpression), targets: targetsOf(rule) }]
      : [],
  )
  const fire = (target: string) => deliver(target, scheduledEvent({ region: REGION, account: ACCOUNT }))
  if (options.minuteMs !== undefined) {
    const schedules = startSchedules(scheduled, options.minuteMs, fire)
    closers.push(() => schedules.close())
  }

  const api = await openAppSync(schemaOf(made), resolversOf(made), invoke)

  async function isQuiet(): Promise<boolean> {
    if (events > 0 || mappings.some((mapping) => mapping.pending() > 0)) return false
    return objectServer.pendingMessages([...queues.keys()].filter((name) => !name.endsWith('-dlq'))) === 0
  }

  /** The stream's reader looks again within moments: quiet counts when it lasts. */
  async function quiet(timeoutMs: number, look: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + timeoutMs
    for (let times = 0; times < 4; ) {
      times = (await look()) ? times + 1 : 0
      if (Date.now() > end) throw new Error('The stream and the queues have not been worked off in time.')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  return {
    api,
    functions: lambdaService,
    calls,
    functionOf,
    resources,
    streamArn,
    names: { table: String(table.properties.TableName), lakeBucket, resultsBucket },
    admin,
    environment: { ...environment, AWS_ACCESS_KEY_ID: 'ADMIN', AWS_SECRET_ACCESS_KEY: 'secret' },
    queueUrl: (name) => serverUrls.get(name) ?? '',
    async runSchedules() {
      for (const { targets } of scheduled) for (const target of targets) await fire(target)
    },
    loseEvents: (next) => {
      isLossy = next
    },
    ageRecords: (seconds) => {
      recordAge = seconds
    },
    onStatement: (hook) => {
      beforeStatement = hook
    },
    onListed: (hook) => {
      listed = hook
    },
    warmAthena: () => athena.warm(),
    setFault: (next) => {
      fault = next
    },
    settle: (timeoutMs = 60_000) => quiet(timeoutMs, isQuiet),
    settleStream: (timeoutMs = 60_000) =>
      quiet(timeoutMs, async () => !mappings.some((one) => one.pending() > 0)),
    async close() {
      closing = true
      for (const close of closers.splice(0).reverse()) await close()
    },
  }

  async function latestStream({ properties }: ResolvedResource): Promise<string> {
    const { DescribeTableCommand } = await import('@aws-sdk/client-dynamodb')
    const { Table } = await admin.dynamo.send(
      new DescribeTableCommand({ TableName: String(properties.TableName) }),
    )
    return Table?.LatestStreamArn ?? ''
  }
}

/** A resource that exists in name only: its role in the stack is read from its properties. */
function named({ path, type, properties }: ResolvedResource): Physical {
  const id = path.split('/').at(-1) ?? path
  const given = NAMES[type]?.(properties)
  const ref = given ?? id
  const arn = arnOfType(type, ref)
  const attributes = new Proxy(
    {
      Arn: arn,
      Name: ref,
      ApiId: ref,
      ApiKey: 'da2-key',
      GraphQLUrl: 'https://api.example/graphql',
    } as Record<string, string>,
    {
      get: (known, name) => known[String(name)] ?? `${ref}.${String(name)}`,
    },
  )
  return { ref, attributes }
}

const NAMES: Readonly<Record<string, (properties: Properties) => string | undefined>> = {
  'AWS::Lambda::Function': ({ FunctionName }) => String(FunctionName),
  'AWS::IAM::Role': ({ RoleName }) => RoleName as string | undefined,
  'AWS::AppSync::DataSource': ({ Name }) => String(Name),
  'AWS::Glue::Database': ({ DatabaseInput }) => String((DatabaseInput as Properties).Name),
  'AWS::Athena::WorkGroup': ({ Name }) => String(Name),
  'AWS::Logs::LogGroup': ({ LogGroupName }) => String(LogGroupName),
}

function arnOfType(type: string, name: string): string {
  switch (type) {
    case 'AWS::Lambda::Function':
      return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${ACCOUNT}:role/${name}`
    case 'AWS::Logs::LogGroup':
      return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}:*`
    default:
      return `arn:aws:${type.split('::')[1]?.toLowerCase()}:${REGION}:${ACCOUNT}:${name}`
  }
}

function queueArn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`
}

function functionDefinition(
  properties: Properties,
  assembly: Assembly,
  queues: ReadonlyMap<string, string>,
): FunctionDefinition & { role: string } {
  const name = String(properties.FunctionName)
  const { S3Key } = properties.Code as { S3Key: string }
  const declared = (properties.Environment as { Variables?: Record<string, string> } | undefined)?.Variables
  // The SDK goes to where a queue's URL points: here that is the server that stands for SQS.
  const environment = Object.fromEntries(
    Object.entries(declared ?? {}).map(([key, value]) => {
      const queue = value.startsWith('https://sqs.') ? queues.get(value.split('/').at(-1) ?? '') : undefined
      return [key, queue ?? value]
    }),
  )
  return {
    name,
    arn: arnOfType('AWS::Lambda::Function', name),
    code: assembly.asset(S3Key.split('/').at(-1) as string),
    environment,
    memoryMb: Number(properties.MemorySize),
    timeoutMs: Number(properties.Timeout) * 1000,
    accessKeyId: `AK${createHash('sha256').update(name).digest('hex').slice(0, 18).toUpperCase()}`,
    role: String(properties.Role).split('/').at(-1) as string,
  }
}

function functionNameOf(value: unknown): string {
  return String(value).split(':function:').at(-1) as string
}

function targetsOf(rule: Properties): string[] {
  return ((rule.Targets ?? []) as readonly { Arn: string }[]).map(({ Arn }) => functionNameOf(Arn))
}

/** EventBridge's patterns of plain values. */
function fits(event: unknown, pattern: Properties): boolean {
  return Object.entries(pattern).every(([key, expected]) => {
    const value = (event as Record<string, unknown> | undefined)?.[key]
    return Array.isArray(expected) ? expected.includes(value) : fits(value, expected as Properties)
  })
}

function schemaOf(resources: readonly ResolvedResource[]): string {
  return String(only(resources, 'AWS::AppSync::GraphQLSchema').properties.Definition)
}

function resolversOf(resources: readonly ResolvedResource[]): ResolverDefinition[] {
  const functions = new Map(
    resources
      .filter(({ type }) => type === 'AWS::AppSync::DataSource')
      .map(({ properties }) => {
        const { LambdaFunctionArn } = properties.LambdaConfig as { LambdaFunctionArn: string }
        return [String(properties.Name), functionNameOf(LambdaFunctionArn)]
      }),
  )
  return resources
    .filter(({ type }) => type === 'AWS::AppSync::Resolver')
    .map(({ properties }) => ({
      parent: String(properties.TypeName),
      field: String(properties.FieldName),
      code: String(properties.Code),
      functionName: functions.get(String(properties.DataSourceName)) ?? '',
    }))
}

function only(resources: readonly ResolvedResource[], type: string): ResolvedResource {
  const found = resources.filter((one) => one.type === type)
  if (found.length !== 1 || !found[0])
    throw new Error(`The stack has ${found.length} resources of type ${type}, not one.`)
  return found[0]
}
