import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams'
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteLayout } from '../../../src/cli/aws/lake/requireDeployed.js'
import { compileSchema } from '../../../src/compiler/compile.js'
import { taskKey } from '../../../src/model/keys.js'
import type { Item } from '../../../src/ports/itemTable.js'
import { deadLetterItem } from '../../../src/runtime/changes/deadLetter.js'
import { writeMeta } from '../../../src/runtime/migration/projectMeta.js'
import { newTaskItem } from '../../../src/runtime/tasks/taskItem.js'
import { ocg } from '../../cli/ocg.js'
import { jsonLines, SCHEMA, workFolder } from '../../cli/workFolder.js'
import { startLocalAws } from './localAws.js'

let aws: Awaited<ReturnType<typeof startLocalAws>>

beforeAll(async () => {
  const result = await compileSchema([{ file: 'schema.graphql', text: SCHEMA }], { project: 'shop' })
  if (!result.ok) throw new Error('The schema of the tests has mistakes.')
  aws = await startLocalAws(result.project)
  await writeMeta(aws.table, result.project, '2024-01-01T00:00:00.000Z')
}, 60_000)

afterAll(() => aws?.close())

const TRACKS = [
  { id: '1', name: 'One', seconds: 61, price: 0.5, tags: ['a', 'b'], released: '2021-02-03' },
  { id: '2', name: 'Two\nlines, and "quotes"' },
  { id: '3', name: '' },
].map((track, index) => ({
  ...track,
  createdAt: `2021-02-0${index + 1}T04:05:06.000Z`,
  updatedAt: '2022-01-01T00:00:00.000Z',
}))

const sorted = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

test('import --aws and export --aws give back what went in', async () => {
  const cwd = await workFolder({
    'track.jsonl': jsonLines(TRACKS),
    'playlist.csv': 'id,name\r\np,Long\r\n',
    'playlist_track.jsonl': jsonLines([
      { playlistId: 'p', trackId: '1', position: 1, createdAt: '2022-01-01T00:00:00.000Z' },
    ]),
    'bad.jsonl': '{"id":"9"}\n',
  })
  const run = (...args: string[]) => ocg([...args, '-n', 'shop', '--aws'], { cwd, env: aws.env })
  const first = await run('import', 'playlist_track.jsonl', 'track.jsonl', 'playlist.csv', '--json')
  expect(first.stderr).toBe('')
  expect(JSON.parse(first.stdout)).toMatchObject({
    ok: true,
    tables: [{ created: 3 }, { created: 1 }, { created: 1 }],
  })
  const second = await run('import', 'track.jsonl', 'playlist_track.jsonl', '--json')
  expect(JSON.parse(second.stdout)).toMatchObject({ ok: true, tables: [{ unchanged: 3 }, { unchanged: 1 }] })
  const bad = await run('import', '--table', 'track', 'bad.jsonl')
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('bad.jsonl:1: ') })

  const track = await run('export', 'track')
  expect(track).toMatchObject({ code: 0, stderr: '' })
  expect(sorted(track.stdout)).toEqual(sorted(jsonLines(TRACKS)))
  const all = await run('export', '--out', 'copy')
  expect(all.code).toBe(0)
  expect(sorted(await readFile(join(cwd, 'copy', 'playlist_track.jsonl'), 'utf8'))).toEqual([
    { playlistId: 'p', trackId: '1', position: 1, createdAt: '2022-01-01T00:00:00.000Z' },
  ])
  const parquet = await run('export', '--format', 'parquet', '--out', 'lake')
  expect(parquet).toMatchObject({ code: 1, stderr: expect.stringContaining('s3 sync s3://ocg-shop-') })
}, 120_000)

test('import --aws refuses another version of the schema, and what is not deployed', async () => {
  const cwd = await workFolder({ 'track.jsonl': jsonLines(TRACKS) })
  const other = await workFolder({
    'schema.graphql': `${SCHEMA}\ntype More { id: ID! }`,
    'track.jsonl': jsonLines(TRACKS),
  })
  const newer = await ocg(['import', '-n', 'shop', '--aws', 'track.jsonl'], { cwd: other, env: aws.env })
  expect(newer).toMatchObject({ code: 1, stderr: expect.stringContaining('another version of the schema') })
  const absent = await ocg(['tasks', '-n', 'nothing', '--aws'], { cwd, env: aws.env })
  expect(absent).toMatchObject({ code: 2, stderr: expect.stringContaining('This project is not deployed') })
  const both = await ocg(['tasks', '-n', 'shop', '--aws', '--data', 'x'], { cwd, env: aws.env })
  expect(both).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("'--aws' cannot be used with option '--data"),
  })
})

test('tasks --aws lists, shows and cancels', async () => {
  const cwd = await workFolder()
  const run = (...args: string[]) => ocg(['tasks', ...args, '-n', 'shop', '--aws'], { cwd, env: aws.env })
  const id = '0f8f2f6a-7c1e-4a57-9d58-3f7ad9a1c001'
  const task = { id, operation: 'trackNames', taskType: 'queryTask' } as const
  await aws.table.write({ kind: 'put', item: newTaskItem(task, '2024-01-01T00:00:00.000Z', 4_102_444_800) })
  expect((await run('list', '--status', 'RUNNING')).stdout).toMatch(
    new RegExp(`^${id} +trackNames +RUNNING`, 'm'),
  )
  expect(await run('cancel', id)).toMatchObject({ code: 0, stderr: `Task ${id} is cancelled.\n` })
  expect(aws.stopped).toEqual([id])
  const shown = await run('show', id, '--json')
  expect(JSON.parse(shown.stdout)).toMatchObject({
    taskStatus: 'FAILED',
    phase: 'done',
    error: 'The task was cancelled.',
  })
  // The sweep does not find it any more.
  expect(await aws.table.get(taskKey(id))).not.toHaveProperty('GSI1-PK')
  expect(await run('cancel', id)).toMatchObject({ code: 3 })
  expect(await run('show', 'nothing')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no task nothing.'),
  })
}, 60_000)

const FILE = 'tables/track/year=2021/month=02/day=01/t1.parquet'

test('dlq --aws lists and replays changes, messages and batches of the stream', async () => {
  const cwd = await workFolder()
  const run = (...args: string[]) => ocg(['dlq', ...args, '-n', 'shop', '--aws'], { cwd, env: aws.env })
  expect(await run('list')).toMatchObject({ code: 0, stdout: '', stderr: 'There are no dead letters.\n' })

  const createdAt = '2021-02-01T00:00:00.000Z'
  const image = { entityType: 'track', createdAt, incarnation: 'i', rev: 1 }
  const item: Item = {
    PK: 'track#t1',
    SK: 'track#t1',
    id: 't1',
    name: 'T',
    updatedAt: createdAt,
    entityType: 'track',
    createdAt,
    _rev: 1,
    _incarnation: 'i',
  }
  await aws.table.write({ kind: 'put', item })
  const record = {
    sequence: '0007',
    changedAt: Date.parse(createdAt),
    change: { key: { PK: item.PK, SK: item.SK }, new: image },
    isReplay: false,
  }
  const letter = deadLetterItem(record, {
    error: 'It broke.\u001b[2J',
    attempts: 3,
    now: Date.parse(createdAt),
  })
  await aws.table.write({ kind: 'put', item: letter })
  const send = (queue: string, body: object) =>
    aws.sqs.send(new SendMessageCommand({ QueueUrl: aws.queueUrl(queue), MessageBody: JSON.stringify(body) }))
  const cascade = { entityType: 'track', entityId: 'x', incarnation: 'i' }
  await send('shop-cascade-deletion-dlq', cascade)
  await send('shop-cascade-deletion-dlq', { ...cascade, entityId: 'y' })
  await send('shop-stream-dlq', await batchOfEverything())

  const listed = await run('list')
  expect(listed.stdout).toMatch(/^0007 +projection +track#t1 +3 +2021-02-01T00:00:00.000Z +It broke\. \[2J/m)
  expect(listed.stdout).toMatch(/^cascade:\S+ +cascade +track#x /m)
  expect(listed.stdout).toMatch(/^stream:\S+ +stream +\d+ changes /m)
  const { deadLetters, total } = JSON.parse((await run('list', '--json')).stdout)
  expect(total).toBe(4)
  const x = deadLetters.find(({ body = '' }) => body.includes('"x"')).id

  // The processor fails: the letter stays.
  aws.setLake(false)
  expect(await run('replay', '0007')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('could not be projected again'),
  })
  expect(await aws.table.get({ PK: letter.PK, SK: letter.SK })).toBeDefined()
  expect(await aws.objects.exists(FILE)).toBe(false)

  aws.setLake(true)
  const some = await run('replay', '0007', x, 'nothing', '--json')
  expect(JSON.parse(some.stdout)).toEqual({ ok: false, replayed: ['0007', x], missing: ['nothing'] })
  expect(some.code).toBe(1)
  expect(await aws.table.get({ PK: letter.PK, SK: letter.SK })).toBeUndefined()
  expect(await aws.objects.exists(FILE)).toBe(true)
  const { Messages } = await aws.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: aws.queueUrl('shop-cascade-deletion') }),
  )
  expect(Messages?.map(({ Body = '' }) => JSON.parse(Body))).toEqual([cascade])
  expect(aws.pendingMessages('shop-cascade-deletion-dlq')).toBe(1)

  // The batch of the stream holds every change so far.
  await aws.objects.delete(FILE)
  const rest = await run('replay', '--all', '--json')
  expect(JSON.parse(rest.stdout)).toMatchObject({ ok: true, missing: [] })
  expect(await aws.objects.exists(FILE)).toBe(true)
  expect(aws.pendingMessages('shop-stream-dlq')).toBe(0)
  expect(JSON.parse((await run('list', '--json')).stdout)).toEqual({ deadLetters: [], total: 0 })
}, 120_000)

test.each([['status'], ['verify'], ['rebuild'], ['purge', 'track', '1']])(
  'lake %s --aws says what it needs, and changes nothing without it',
  async (...words) => {
    const cwd = await workFolder()
    const run = (name: string, ...args: string[]) =>
      ocg(['lake', ...words, '-n', name, '--aws', ...args], { cwd, env: aws.env })
    const help = await run('shop', '--help')
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--aws') })
    expect(help.stdout).toContain(`$ ocg lake ${words[0]} `)
    expect(await run('nothing')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('This project is not deployed in this account and region.'),
    })
    // As it is deployed, as it is configured, and both.
    await noteLayout(aws.table, 'rows', '2024-01-01T00:00:00.000Z')
    const before = await aws.table.scan({ prefix: '', limit: 1000 })
    expect(await run('shop')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('has layout rows, and the configuration says batches'),
    })
    await writeFile(join(cwd, 'ocg.config.json'), '{"lake":{"layout":"rows"}}')
    const rows = await run('shop', '--json')
    expect(rows).toMatchObject({ code: 1, stdout: '' })
    expect(JSON.parse(rows.stderr)).toMatchObject({
      ok: false,
      error: {
        reason: 'input',
        message: expect.stringContaining('The lake of this project has layout rows'),
      },
    })
    await writeFile(join(cwd, 'ocg.config.json'), '{}')
    await writeFile(join(cwd, 'schema.graphql'), `${SCHEMA}\ntype More { id: ID! }`)
    expect(await run('shop')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another version of the schema'),
    })
    expect(await aws.table.scan({ prefix: '', limit: 1000 })).toEqual(before)
  },
  120_000,
)

/** What Lambda writes into the on-failure queue, about all records of the stream. */
async function batchOfEverything(): Promise<object> {
  const { Streams } = await aws.streams.send(new ListStreamsCommand({ TableName: 'OCG-shop' }))
  const StreamArn = Streams?.[0]?.StreamArn
  const { StreamDescription } = await aws.streams.send(new DescribeStreamCommand({ StreamArn }))
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId
  const { ShardIterator } = await aws.streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  )
  const { Records = [] } = await aws.streams.send(new GetRecordsCommand({ ShardIterator }))
  const sequences = Records.map(({ dynamodb }) => dynamodb?.SequenceNumber)
  return {
    DDBStreamBatchInfo: {
      shardId: ShardId,
      startSequenceNumber: sequences[0],
      endSequenceNumber: sequences.at(-1),
      batchSize: Records.length,
      streamArn: StreamArn,
    },
  }
}
