import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient, paginateListEventSourceMappings, paginateListFunctions } from '@aws-sdk/client-lambda'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Deployed, deployed, musicShop } from '../../deploy/deployments.js'
import { type MotoServer, startMoto } from '../servers/pythonTools.js'
import { MADE_BY_MOTO, motoTemplate, NOT_MADE_BY_MOTO } from './motoTemplate.js'

const ACCOUNT = '123456789012'
const REGION = 'eu-central-1'
const ASSETS = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`

let moto: MotoServer
let shop: Deployed
let options: {
  readonly endpoint: string
  readonly region: string
  readonly forcePathStyle: true
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

beforeAll(async () => {
  moto = await startMoto()
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  options = { endpoint: moto.endpoint, region: REGION, credentials, forcePathStyle: true }
  shop = deployed(await musicShop(), { alarms: { email: 'somebody@example.com' } })
  await uploadAssets()
  const [root] = shop.stacks
  if (!root) throw new Error('There is no root.')
  const cloudFormation = new CloudFormationClient(options)
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: root.name,
      TemplateBody: JSON.stringify(motoTemplate(root.template)),
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      Parameters: [{ ParameterKey: 'ApiKeyExpires', ParameterValue: '1893456000' }],
    }),
  )
}, 400_000)

afterAll(async () => {
  shop?.folder.remove()
  await moto?.stop()
})

describe("CloudFormation's imitation in moto", () => {
  it('is given every type that it makes, and nothing is left out but what is listed', () => {
    const types = new Set(
      shop.stacks.flatMap(({ template }) => Object.values(template.Resources).map(({ Type }) => Type)),
    )
    expect([...types].sort()).toEqual([...MADE_BY_MOTO, ...NOT_MADE_BY_MOTO].sort())
  })

  it('creates the stack with its nested stacks', async () => {
    const cloudFormation = new CloudFormationClient(options)
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({}))
    const events = await cloudFormation.send(new DescribeStackEventsCommand({ StackName: 'OcGraphql-shop' }))
    expect(events.StackEvents?.filter(({ ResourceStatus }) => ResourceStatus?.includes('FAILED'))).toEqual([])
    expect(Stacks.map(({ StackStatus }) => StackStatus)).toEqual(
      Array(shop.stacks.length).fill('CREATE_COMPLETE'),
    )
    const { StackResourceSummaries = [] } = await cloudFormation.send(
      new ListStackResourcesCommand({ StackName: 'OcGraphql-shop' }),
    )
    const expected = Object.entries(motoTemplate(rootTemplate()).Resources)
    const alarms = expected.filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    const ids = StackResourceSummaries.map(({ LogicalResourceId = '' }) => LogicalResourceId)
    // moto forgets the logical ids of alarms.
    expect(ids.filter((id) => id === '')).toHaveLength(alarms.length)
    expect([...ids.filter((id) => id !== ''), ...alarms.map(([id]) => id)].sort()).toEqual(
      expected.map(([id]) => id).sort(),
    )
  })

  it('makes every function of the plan, with its code and its role', async () => {
    const made = []
    for await (const page of paginateListFunctions({ client: new LambdaClient(options) }, {})) {
      made.push(...(page.Functions ?? []))
    }
    expect(made.map(({ FunctionName }) => FunctionName).sort()).toEqual(
      shop.functions.map(({ name }) => name).sort(),
    )
    const roles = new Set(made.map(({ Role }) => Role))
    expect(roles.size).toBe(
      new Set(shop.functions.map(({ permissions }) => JSON.stringify(permissions))).size,
    )
    for (const one of made) {
      expect(one).toMatchObject({ Handler: 'index.handler', Runtime: 'nodejs24.x' })
      expect(one.Environment?.Variables).toMatchObject({
        DYNAMODB_TABLE_NAME: 'OCG-shop',
        S3_BUCKET_NAME: `ocg-shop-${ACCOUNT}`,
        ATHENA_OUTPUT_LOCATION: `s3://ocg-shop-athena-results-${ACCOUNT}/`,
      })
    }
    const create = made.find(
      ({ FunctionName }) => FunctionName === shop.functions.find(({ kind }) => kind === 'create')?.name,
    )
    const { PolicyDocument = '' } = await new IAMClient(options).send(
      new GetRolePolicyCommand({ RoleName: create?.Role?.split('/').at(-1), PolicyName: 'calls' }),
    )
    // moto keeps what a template says as Python writes it.
    expect(JSON.parse(decodeURIComponent(PolicyDocument).replaceAll("'", '"')).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:PutItem'],
        Resource: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/OCG-shop`,
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/OCG-shop-????????????????:*`,
      },
    ])
  })

  it('makes the table, its stream and index, and what reads them', async () => {
    const { Table } = await new DynamoDBClient(options).send(
      new DescribeTableCommand({ TableName: 'OCG-shop' }),
    )
    expect(Table).toMatchObject({
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexes: [{ IndexName: 'GSI1' }],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    })
    const mappings = []
    for await (const page of paginateListEventSourceMappings({ client: new LambdaClient(options) }, {})) {
      mappings.push(...(page.EventSourceMappings ?? []))
    }
    const pairs = mappings.map(({ FunctionArn, EventSourceArn }) => [
      EventSourceArn,
      FunctionArn?.split(':').at(-1),
    ])
    expect(pairs.sort()).toEqual(
      [
        [Table?.LatestStreamArn, 'OCG-shop-stream-processor'],
        [`arn:aws:sqs:${REGION}:${ACCOUNT}:shop-cascade-deletion`, 'OCG-shop-cascade-deletion-listener'],
        [`arn:aws:sqs:${REGION}:${ACCOUNT}:shop-deletion`, 'OCG-shop-deletion-listener'],
      ].sort(),
    )
  })

  it('makes the queues with their dead letters, under the addresses that functions are given', async () => {
    const sqs = new SQSClient(options)
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'shop-deletion' }))
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({ VisibilityTimeout: '5400', MessageRetentionPeriod: '1209600' })
    expect(JSON.parse(Attributes.RedrivePolicy ?? '{}')).toEqual({
      deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:shop-deletion-dlq`,
      maxReceiveCount: 5,
    })
  })

  it('keeps the table and the buckets when the stack is deleted', async () => {
    const cloudFormation = new CloudFormationClient(options)
    await cloudFormation.send(new DeleteStackCommand({ StackName: 'OcGraphql-shop' }))
    const { Table } = await new DynamoDBClient(options).send(
      new DescribeTableCommand({ TableName: 'OCG-shop' }),
    )
    expect(Table?.TableStatus).toBe('ACTIVE')
  })
})

function rootTemplate() {
  const [root] = shop.stacks
  if (!root) throw new Error('There is no root.')
  return root.template
}

interface AssetManifest {
  readonly files: Readonly<
    Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>
  >
}

/** Puts the assembly's files where the toolkit would, the nested templates less what moto lacks. */
async function uploadAssets(): Promise<void> {
  const s3 = new S3Client(options)
  await s3.send(
    new CreateBucketCommand({ Bucket: ASSETS, CreateBucketConfiguration: { LocationConstraint: REGION } }),
  )
  const file = join(shop.folder.path, 'OcGraphql-shop.assets.json')
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as AssetManifest
  for (const { source, destinations } of Object.values(files)) {
    const body = readFileSync(join(shop.folder.path, source.path))
    const nested = shop.stacks.find((stack) => stack.file === source.path)
    for (const { objectKey } of Object.values(destinations)) {
      const Body = nested ? JSON.stringify(motoTemplate(nested.template)) : body
      await s3.send(new PutObjectCommand({ Bucket: ASSETS, Key: objectKey, Body }))
    }
  }
}
