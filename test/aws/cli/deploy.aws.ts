import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toAttributes } from '../../../src/adapters/aws/dynamo/attributeValues.js'
import { ocg } from '../../cli/ocg.js'
import { SCHEMA, workFolder } from '../../cli/workFolder.js'
import { writeBundles } from '../../deploy/deployments.js'
import { ACCOUNT, type Moto, REGION, startMotoWithStandIns } from './motoWithStandIns.js'

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }

let moto: Moto
let dynamo: DynamoDBClient
let s3: S3Client

beforeAll(async () => {
  moto = await startMotoWithStandIns()
  const settings = {
    endpoint: moto.endpoint,
    region: REGION,
    credentials: CREDENTIALS,
  }
  dynamo = new DynamoDBClient(settings)
  s3 = new S3Client({ ...settings, forcePathStyle: true })
}, 360_000)

afterAll(async () => {
  dynamo?.destroy()
  s3?.destroy()
  await moto?.stop()
})

/** Runs a command in a folder with a schema and stand-ins for the functions' code. */
async function project(files: Readonly<Record<string, string>> = {}) {
  const cwd = await workFolder(files)
  await mkdir(join(cwd, 'bundles'))
  writeBundles(join(cwd, 'bundles'))
  const run = (words: readonly string[], ...args: readonly string[]) =>
    ocg([...words, '-n', 'shop', ...args], { cwd, env: moto.env })
  return {
    cwd,
    run: (command: string, ...args: readonly string[]) => run([command], ...args),
    build: (command: string, ...args: readonly string[]) => run([command], '--bundles', 'bundles', ...args),
  }
}

const isThere = (Bucket: string) =>
  s3.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  )

const stored = async (PK: string) =>
  (
    await dynamo.send(
      new GetItemCommand({ TableName: 'OCG-shop', Key: toAttributes({ PK, SK: PK }) as never }),
    )
  ).Item

test('before the bootstrap: the doctor says what is missing, and nothing is deployed', async () => {
  const { run, build } = await project()
  const doctor = await run('doctor', '--json')
  expect(doctor).toMatchObject({ code: 2, stderr: '' })
  const { ok, checks } = JSON.parse(doctor.stdout)
  expect(ok).toBe(false)
  expect(checks.map(({ name, state }: Record<string, string>) => `${name} ${state}`)).toEqual([
    'node ok',
    'schema ok',
    'packages ok',
    'region ok',
    'credentials ok',
    'bootstrap missing',
    'permissions unknown',
  ])
  const deployed = await build('deploy', '--yes')
  expect(deployed).toMatchObject({ code: 2, stderr: expect.stringContaining('npx cdk bootstrap') })
  const destroyed = await run('destroy', '--yes')
  expect(destroyed).toMatchObject({ code: 1, stderr: expect.stringContaining('shop is not deployed') })
})

describe('once the account is prepared', () => {
  beforeAll(() => moto.bootstrap())

  test('deploy, diff, change, destroy, take in what was kept, and at last delete the data', async () => {
    const { cwd, run, build } = await project()

    const first = await build('diff', '--json')
    expect(first).toMatchObject({ code: 4, stderr: '' })
    expect(JSON.parse(first.stdout)).toMatchObject({ ok: true, isDeployed: false, hasChanges: true })

    const unasked = await build('deploy')
    expect(unasked).toMatchObject({ code: 3, stderr: expect.stringContaining('Confirm with --yes.') })
    expect(await isThere(`ocg-shop-${ACCOUNT}`)).toBe(false)

    const deployed = await build('deploy', '--yes', '--json')
    expect(deployed.stderr).not.toContain('error')
    expect(deployed.code).toBe(0)
    expect(JSON.parse(deployed.stdout)).toMatchObject({
      ok: true,
      project: 'shop',
      url: 'https://Api-stand-in.example.com/graphql',
      apiKey: 'ApiKey-stand-in-ApiKey',
      outputs: { TableName: 'OCG-shop', LakeBucketName: `ocg-shop-${ACCOUNT}` },
    })
    expect(await isThere(`ocg-shop-${ACCOUNT}`)).toBe(true)
    const meta = await stored('meta#project')
    expect(meta?.modelHash?.S).toMatch(/^[0-9a-f]{32}$/)

    const same = await build('diff')
    expect(same).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing would change.\n' })
    const again = await build('deploy', '--yes')
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing has changed since') })

    // A field that goes and one that comes.
    await writeFile(join(cwd, 'schema.graphql'), SCHEMA.replace('  price: Float\n', '  cost: Float\n'))
    const changed = await build('diff')
    expect(changed.code).toBe(4)
    expect(changed.stdout).toContain('breaking  Track.price was removed.')
    expect(changed.stdout).toContain('safe      track.cost is new. It is null in stored rows.')
    expect(changed.stdout).toMatch(/AWS::Glue::Table 2 changed/)
    const updated = await build('deploy', '--yes')
    expect(updated).toMatchObject({ code: 0, stderr: expect.stringContaining('Deployed: shop.') })
    expect((await stored('meta#project'))?.modelHash?.S).not.toBe(meta?.modelHash?.S)
    expect(await build('diff')).toMatchObject({ code: 0 })

    // A field that becomes required, and a row that has none.
    const track = { PK: 'track#1', SK: 'track#1', entityType: 'track', id: '1', name: 'One' }
    const times = { createdAt: '2024-01-01T00:00:00.000Z', updatedAt: '2024-01-01T00:00:00.000Z' }
    await dynamo.send(
      new PutItemCommand({ TableName: 'OCG-shop', Item: toAttributes({ ...track, ...times }) }),
    )
    const stricter = SCHEMA.replace('  price: Float\n', '  cost: Float!\n')
    await writeFile(join(cwd, 'schema.graphql'), stricter)
    const risky = await build('diff')
    expect(risky.stdout).toContain(
      'risk      Track.cost becomes required. Every stored row must have a value.',
    )
    const refused = await build('deploy', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('The stored data contradicts the schema')
    expect(refused.stderr).toContain('Track 1: ')

    // The data outlives the stack.
    const destroyed = await run('destroy', '--yes', '--json')
    expect(destroyed.code).toBe(0)
    const kept = ['OCG-shop', `ocg-shop-${ACCOUNT}`, `ocg-shop-athena-results-${ACCOUNT}`]
    expect(JSON.parse(destroyed.stdout)).toEqual({ ok: true, project: 'shop', kept, deleted: [] })
    expect((await stored('track#1'))?.name?.S).toBe('One')

    // The next deployment takes it in, once the schema allows the row.
    expect(await build('deploy', '--yes')).toMatchObject({ code: 1 })
    await writeFile(join(cwd, 'schema.graphql'), SCHEMA)
    expect(await build('deploy', '--yes')).toMatchObject({ code: 0 })
    expect((await stored('track#1'))?.name?.S).toBe('One')
    expect(await build('diff')).toMatchObject({ code: 0 })
    // From now on the template names the buckets as before, and that replaces nothing.
    await writeFile(join(cwd, 'schema.graphql'), SCHEMA.replace('  price: Float\n', '  cost: Float\n'))
    expect(await build('deploy', '--yes')).toMatchObject({ code: 0 })
    expect((await stored('track#1'))?.name?.S).toBe('One')
    expect(await run('destroy', '--yes')).toMatchObject({ code: 0 })

    // It goes when it is asked for twice, and not before.
    await s3.send(new PutObjectCommand({ Bucket: `ocg-shop-${ACCOUNT}`, Key: 'tables/track/x', Body: 'x' }))
    const half = await run('destroy', '--yes', '--delete-data')
    expect(half).toMatchObject({ code: 3, stderr: expect.stringContaining('--confirm shop') })
    const wrong = await run('destroy', '--yes', '--delete-data', '--confirm', 'shop-prod')
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('Nothing was changed.') })
    expect(await isThere(`ocg-shop-${ACCOUNT}`)).toBe(true)
    const gone = await run('destroy', '--yes', '--delete-data', '--confirm', 'shop', '--json')
    expect(gone.code).toBe(0)
    expect(JSON.parse(gone.stdout)).toMatchObject({ kept: [], deleted: expect.arrayContaining(kept) })
    expect(await isThere(`ocg-shop-${ACCOUNT}`)).toBe(false)
    await expect(stored('track#1')).rejects.toThrow(/not found/i)
  }, 300_000)

  test('environments are deployments of their own', async () => {
    const { build, run } = await project()
    const deployed = await build('deploy', '--yes', '--json', '--env', 'test')
    expect(deployed.code).toBe(0)
    const { project: name, outputs } = JSON.parse(deployed.stdout)
    expect({ name, table: outputs.TableName }).toEqual({ name: 'shop-test', table: 'OCG-shop-test' })
    expect(await build('diff', '--env', 'test')).toMatchObject({ code: 0 })
    expect(await build('diff')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('shop is not deployed'),
    })
    expect(await run('destroy', '--env', 'test', '--yes')).toMatchObject({ code: 0 })
  }, 120_000)

  test('another layout of the lake is made only when it is asked for, in either direction', async () => {
    const { cwd, build, run } = await project()
    const env = ['--env', 'layout']
    const layout = (name: string) =>
      writeFile(join(cwd, 'ocg.config.json'), JSON.stringify({ lake: { layout: name } }))
    await layout('rows')
    const first = await build('deploy', '--yes', ...env)
    expect(first).toMatchObject({ code: 0, stderr: expect.not.stringContaining('ocg lake rebuild') })
    for (const [from, to, means] of [
      ['rows', 'batches', 'until it is made again: ocg lake rebuild --aws'],
      ['batches', 'rows', 'no command makes layout rows again'],
    ] as const) {
      await layout(to)
      const diff = await build('diff', ...env)
      expect(diff).toMatchObject({ code: 4, stdout: expect.stringContaining(means) })
      const refused = await build('deploy', '--yes', ...env)
      expect(refused.code).toBe(3)
      expect(refused.stderr).toContain(`another layout, ${to} instead of ${from}`)
      expect(refused.stderr).toContain(means)
      expect(refused.stderr).toContain(`lake: { layout: '${from}' }`)
      expect(refused.stderr).toContain('ocg deploy --change-layout')
      expect(await build('diff', ...env)).toMatchObject({ code: 4 })
      const changed = await build('deploy', '--yes', '--change-layout', ...env)
      expect(changed).toMatchObject({ code: 0, stderr: expect.stringContaining('Deployed: shop-layout.') })
      expect(changed.stderr.includes('Next, so that statements see all rows again')).toBe(to === 'batches')
      expect(await build('diff', ...env)).toMatchObject({ code: 0 })
    }
    // What is deployed has gone, and the table still knows.
    expect(await run('destroy', '--yes', ...env)).toMatchObject({ code: 0 })
    await layout('batches')
    const refused = await build('deploy', '--yes', ...env)
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('batches instead of rows') })
    const adopted = await build('deploy', '--yes', '--change-layout', ...env)
    expect(adopted).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('ocg lake rebuild -n shop --env'),
    })
    expect(await run('destroy', '--yes', ...env)).toMatchObject({ code: 0 })
  }, 300_000)

  test('a deployment that would lose data is refused', async () => {
    const { build, run } = await project()
    const env = ['--env', 'loss']
    expect(await build('deploy', '--yes', ...env)).toMatchObject({ code: 0 })
    // As if an earlier version had made another bucket.
    const settings = { endpoint: moto.endpoint, region: REGION, credentials: CREDENTIALS }
    const client = new CloudFormationClient(settings)
    const StackName = 'OcGraphql-shop-loss'
    const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName }))
    const template = JSON.parse(TemplateBody)
    const bucket = {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: 'ocg-former' },
      DeletionPolicy: 'Retain',
    }
    template.Resources = { ...template.Resources, Former: bucket }
    const Parameters = [{ ParameterKey: 'ApiKeyExpires', UsePreviousValue: true }]
    await client.send(
      new UpdateStackCommand({ StackName, TemplateBody: JSON.stringify(template), Parameters }),
    )
    client.destroy()
    const diff = await build('diff', ...env)
    expect(diff.stdout).toContain('loss      The bucket ocg-former would be dropped.')
    const refused = await build('deploy', '--yes', ...env)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('This deployment would lose data, and is therefore not made:')
    expect(refused.stderr).toContain('The bucket ocg-former would be dropped.')
    expect(await run('destroy', '--yes', ...env)).toMatchObject({ code: 0 })
  }, 120_000)

  test('logs shows what functions have said, in the order of time', async () => {
    const { run } = await project()
    const client = new CloudWatchLogsClient({
      endpoint: moto.endpoint,
      region: REGION,
      credentials: CREDENTIALS,
    })
    const logGroupName = '/aws/lambda/OCG-shop-stream-processor'
    const logStreamName = 'one'
    await client.send(new CreateLogGroupCommand({ logGroupName }))
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
    const now = Date.now()
    const line = (message: string, age: number) => ({
      timestamp: now - age,
      message: JSON.stringify({ level: 'INFO', message, records: 2 }),
    })
    const logEvents = [line('Old', 3_600_000), line('First', 2000), line('Second', 1000)]
    await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
    client.destroy()
    const shown = await run('logs', 'streamProcessor', '--since', '15m')
    expect(shown.code).toBe(0)
    const lines = shown.stdout.trim().split('\n')
    expect(lines.map((text) => text.slice(text.indexOf(' ') + 1))).toEqual([
      'streamProcessor INFO  First records=2',
      'streamProcessor INFO  Second records=2',
    ])
    const all = await run('logs', '--since', '2h', '--json')
    expect(all.stdout.trim().split('\n')).toHaveLength(3)
    expect(await run('logs', 'createTrack')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('Nothing was logged'),
    })
  }, 60_000)

  test('a deployment that fails says why, and what is left of it can be taken down', async () => {
    const { build, run } = await project()
    const { code, stderr, stdout } = await build('deploy', '--yes', '-n', 'refused')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('The deployment has failed. ')
    expect(stderr).toContain('The service refuses this key.')
    expect(stderr).toContain('Remove the cause, and deploy again')
    const stacks = async () => {
      const client = new CloudFormationClient({
        endpoint: moto.endpoint,
        region: REGION,
        credentials: CREDENTIALS,
      })
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({}))
      client.destroy()
      return Stacks.map(({ StackName }) => StackName)
    }
    expect(await stacks()).toContain('OcGraphql-refused')
    expect(await run('destroy', '--yes', '-n', 'refused')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Taken down: refused.'),
    })
    expect(await stacks()).not.toContain('OcGraphql-refused')
  }, 60_000)
})
