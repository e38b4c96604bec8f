import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { awsFailure } from '../../src/cli/aws/awsFailure.js'
import { keyExpiry } from '../../src/cli/aws/deployProject.js'
import { nodeCheck } from '../../src/cli/aws/examine.js'
import { firstFailure } from '../../src/cli/aws/explainFailure.js'
import { loadPackage } from '../../src/cli/aws/loadPackage.js'
import { logGroups } from '../../src/cli/aws/logGroups.js'
import { logLine, sinceTime } from '../../src/cli/aws/logLine.js'
import { principalOf } from '../../src/cli/aws/permissionCheck.js'
import { processOutput } from '../../src/cli/output.js'
import { compileSchema } from '../../src/compiler/compile.js'
import { writeBundles } from '../deploy/deployments.js'
import { ocg } from './ocg.js'
import { SCHEMA, workFolder } from './workFolder.js'

async function bundledFolder(): Promise<string> {
  const cwd = await workFolder()
  await mkdir(join(cwd, 'bundles'))
  writeBundles(join(cwd, 'bundles'))
  return cwd
}

describe('synth and diff', () => {
  const build = (cwd: string, ...args: string[]) =>
    ocg([...args, '-n', 'shop', '--bundles', 'bundles'], { cwd })

  test('synth writes the same bytes for the same input, and says what is in them', async () => {
    const cwd = await bundledFolder()
    const first = await build(cwd, 'synth', '--out', 'a', '--json')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect((await build(cwd, 'synth', '--out', 'b')).stdout).toContain('OCG-shop-stream-processor')
    const { stacks, functions, findings, resources } = JSON.parse(first.stdout)
    expect(stacks[0]).toMatchObject({ name: 'OcGraphql-shop' })
    expect(functions).toContainEqual(expect.objectContaining({ kind: 'create', field: 'createTrack' }))
    expect(findings).toEqual([])
    expect(resources).toContainEqual({ type: 'AWS::DynamoDB::Table', count: 1 })
    const files = await readdir(join(cwd, 'a'))
    expect(await readdir(join(cwd, 'b'))).toEqual(files)
    for (const file of files) {
      expect((await readFile(join(cwd, 'a', file))).equals(await readFile(join(cwd, 'b', file))), file).toBe(
        true,
      )
    }
  })

  test('synth refuses a folder of something else, and settings of operations that there are not', async () => {
    const cwd = await bundledFolder()
    expect(await build(cwd, 'synth', '--out', '.')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds files of something else'),
    })
    expect(await build(cwd, 'synth', '--out', 'schema.graphql')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('schema.graphql is a file; give the output a folder of its own.'),
    })
    await rm(join(cwd, 'bundles', 'read.cjs'))
    const incomplete = await build(cwd, 'synth')
    expect(incomplete).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no bundles') })
    expect(incomplete.stderr).not.toContain('bug')
    writeBundles(join(cwd, 'bundles'))
    await writeFile(
      join(cwd, 'ocg.config.json'),
      '{"functions":{"operations":{"createTrak":{"memoryMb":128}}}}',
    )
    expect(await build(cwd, 'synth')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is no field of the API. Did you mean `createTrack`, `readTrack`'),
    })
  })

  test('diff --against says what would change, and exits with 4', async () => {
    const cwd = await bundledFolder()
    await build(cwd, 'synth', '--out', 'old')
    expect(await build(cwd, 'diff', '--against', 'old')).toMatchObject({ code: 0, stdout: '' })
    const changed = SCHEMA.replace('name: String!\n  seconds', 'name: Int!\n  seconds').replace(
      /clear\(playlistId[\s\S]*?"""\)\n/,
      '',
    )
    await writeFile(
      join(cwd, 'schema.graphql'),
      changed.replace('SELECT name FROM track ORDER BY name', "SELECT 'x'"),
    )
    const { code, stdout } = await build(cwd, 'diff', '--against', 'old')
    expect(code).toBe(4)
    expect(stdout).toContain('breaking  Mutation.triggerTaskClear was removed.')
    expect(stdout).toContain('breaking  Track.name changed type from String! to Int!.')
    expect(stdout).toContain(
      'risk      track.name changes its type from string to int. Stored values must fit.',
    )
    expect(stdout).toMatch(/AWS::Lambda::Function .*2 removed/)
    expect(await build(cwd, 'diff', '--against', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no cloud assembly in'),
    })
  })

  test('without a region, the doctor stops there, and says nothing of its own', async () => {
    const cwd = await bundledFolder()
    const env = { HOME: cwd, AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_PROFILE: '' }
    const { code, stdout, stderr } = await ocg(['doctor', '-n', 'shop'], { cwd, env })
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(stdout).toMatch(/^ok +packages .*\nmissing region .*\n +hint: Set AWS_REGION/m)
  })

  test('without AWS, deploy says what is missing', async () => {
    const cwd = await bundledFolder()
    const env = { HOME: cwd, AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-central-1', AWS_PROFILE: '' }
    const { code, stderr } = await ocg(['deploy', '-n', 'shop', '--bundles', 'bundles', '--yes'], {
      cwd,
      env,
    })
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There are no credentials of AWS.'),
    })
  })
})

test('the first failure of a deployment is the one that a resource itself had', () => {
  const event = (id: string, type: string, status: string, reason: string, second: number) => ({
    StackId: 's',
    EventId: id,
    StackName: 'shop',
    LogicalResourceId: id,
    ResourceType: type,
    ResourceStatus: status as 'CREATE_FAILED',
    ResourceStatusReason: reason,
    Timestamp: new Date(second * 1000),
  })
  const wrapped =
    'Resource handler returned message: "Bucket name is taken (Service: S3, Status Code: 409)" (RequestToken: t, HandlerErrorCode: AlreadyExists)'
  const events = [
    event('Nested', 'AWS::CloudFormation::Stack', 'CREATE_FAILED', 'Embedded stack was not created', 3),
    event('Role', 'AWS::IAM::Role', 'CREATE_FAILED', 'Resource creation cancelled', 2),
    event('Bucket', 'AWS::S3::Bucket', 'CREATE_FAILED', wrapped, 1),
    event('Queue', 'AWS::SQS::Queue', 'CREATE_COMPLETE', '', 0),
  ]
  expect(firstFailure(events)).toEqual({
    id: 'Bucket',
    type: 'AWS::S3::Bucket',
    reason: 'Bucket name is taken',
  })
  expect(firstFailure(events.slice(3))).toBeUndefined()
})

test('the API key keeps its time until half of it is over', () => {
  const day = 86_400
  const now = 1000 * day
  const fresh = now + 365 * day
  expect(keyExpiry(undefined, 365, now)).toBe(fresh)
  expect(keyExpiry(String(now + 200 * day), 365, now)).toBe(now + 200 * day)
  expect(keyExpiry(String(now + 100 * day), 365, now)).toBe(fresh)
  // A shorter life than before counts from now on.
  expect(keyExpiry(String(fresh), 90, now)).toBe(now + 90 * day)
  expect(keyExpiry(undefined, 1, now + 1799)).toBe(now + day)
})

test('logs are told by field, by kind, and in lines', async () => {
  const result = await compileSchema([{ file: 'schema.graphql', text: SCHEMA }], { project: 'shop' })
  if (!result.ok) throw new Error('The schema of the tests has mistakes.')
  const { project } = result
  expect(logGroups(project, 'createTrack')).toEqual([
    { group: expect.stringMatching(/^\/aws\/lambda\/OCG-shop-[0-9a-f]{16}$/), source: 'createTrack' },
  ])
  expect(logGroups(project, 'create').map(({ source }) => source)).toEqual(['createPlaylist', 'createTrack'])
  expect(logGroups(project, 'streamProcessor')).toEqual([
    { group: '/aws/lambda/OCG-shop-stream-processor', source: 'streamProcessor' },
  ])
  expect(logGroups(project, undefined)).toHaveLength(project.operations.length + 5)
  expect(() => logGroups(project, 'createTrak')).toThrow("There is no function for 'createTrak'.")

  const { colors } = processOutput({ color: false })
  const line = (message: string) => logLine({ timestamp: 0, source: 'createTrack', message }, colors)
  expect(line('{"level":"WARN","message":"Slow","ms":12,"requestId":"r","_aws":{}}')).toBe(
    '1970-01-01T00:00:00.000Z createTrack WARN  Slow ms=12 requestId=r',
  )
  expect(line('REPORT RequestId: r\tDuration: 1 ms\n')).toBe(
    '1970-01-01T00:00:00.000Z createTrack REPORT RequestId: r Duration: 1 ms',
  )
  const now = Date.parse('2026-01-02T00:00:00Z')
  expect(sinceTime('15m', now)).toBe(now - 900_000)
  expect(sinceTime('2026-01-01T00:00:00Z', now)).toBe(now - 86_400_000)
  expect(sinceTime('yesterday', now)).toBeUndefined()
})

describe('failures of AWS in words', () => {
  test.each([
    [{ name: 'CredentialsProviderError' }, 'There are no credentials of AWS.'],
    [{ name: 'ExpiredTokenException', $metadata: {} }, 'The credentials of AWS have expired.'],
    [{ name: 'UnrecognizedClientException', $metadata: {} }, 'AWS does not know these credentials.'],
    [{ name: 'Error', message: 'Region is missing' }, 'The region of AWS is not set.'],
    [{ name: 'AccessDeniedException', message: 'no', $metadata: {} }, 'AWS refuses: no'],
    [
      { name: 'StoreError', cause: { name: 'ResourceNotFoundException', $metadata: {} } },
      'This project is not deployed in this account and region.',
    ],
    [{ name: 'Error', code: 'ECONNREFUSED', message: 'connect' }, "AWS can't be reached: connect."],
  ])('%j', (error, message) => {
    expect(awsFailure(error)).toMatchObject({ name: 'CliError', reason: 'environment', message })
  })

  test('bugs stay what they are', () => {
    const bug = new TypeError('x is not a function')
    expect(awsFailure(bug)).toBe(bug)
  })

  test('a missing package is named with what to do', async () => {
    const cause = {
      code: 'ERR_MODULE_NOT_FOUND',
      message: "Cannot find package '@aws-cdk/toolkit-lib' imported from /x",
    }
    await expect(loadPackage(() => Promise.reject(cause))).rejects.toMatchObject({
      reason: 'environment',
      message: 'The package @aws-cdk/toolkit-lib is not installed, and AWS needs it.',
      hint: expect.stringContaining('npm install @aws-cdk/toolkit-lib'),
    })
    const own = {
      code: 'ERR_MODULE_NOT_FOUND',
      message: "Cannot find module '/app/dist/x.js' imported from /y",
    }
    await expect(loadPackage(() => Promise.reject(own))).rejects.toBe(own)
  })
})

test('the doctor knows old versions, and the role behind a session', () => {
  expect(nodeCheck('18.1.0')).toMatchObject({ state: 'missing', hint: 'Install Node.js 20 or later.' })
  expect(nodeCheck('22.1.0')).toMatchObject({ state: 'ok' })
  expect(principalOf('arn:aws:sts::111122223333:assumed-role/Admin/me')).toBe(
    'arn:aws:iam::111122223333:role/Admin',
  )
  expect(principalOf('arn:aws:iam::111122223333:user/dev')).toBe('arn:aws:iam::111122223333:user/dev')
})
