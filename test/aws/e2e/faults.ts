import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import { dynamoItemTable } from '../../../src/adapters/aws/dynamo/dynamoItemTable.js'
import { replayEventOf } from '../../../src/adapters/aws/events/replayEvent.js'
import { taskKey } from '../../../src/model/keys.js'
import type { Item } from '../../../src/ports/itemTable.js'
import { projectionLetter } from '../../../src/runtime/changes/deadLetter.js'
import { until } from '../../musicShop/shop.js'
import type { DeployedHost } from '../host/deployed.js'

/** What goes wrong around the functions, and what becomes of it. */
export function faultsSuite(open: () => DeployedHost): void {
  const create = (id: string) =>
    open().api.execute('mutation ($id: ID!) { createDiary(input: { id: $id, month: "June" }) { id } }', {
      id,
    })
  const diaries = async () => {
    const { data, errors } = await open().api.execute('{ diaries }')
    expect(errors).toBeUndefined()
    return (fieldOf(data, 'diaries') as string[]).map((text) => text.split(' ')[0])
  }
  const table = () => dynamoItemTable({ client: open().admin.dynamo, tableName: open().names.table })
  const letters = async () => (await table().scan({ prefix: 'deadLetter#', limit: 1000 })).items

  describe('S3 fails for one key', () => {
    it('the others go on, that one becomes a dead letter, and a replay completes the lake', async () => {
      const host = open()
      host.ageRecords(120)
      host.setFault(({ service, method, url }) =>
        service === 's3' && method === 'PUT' && url.includes('/poisoned.parquet')
          ? { status: 503, body: '<Error><Code>SlowDown</Code></Error>' }
          : undefined,
      )
      for (const id of ['before', 'poisoned', 'after', 'later']) await create(id)
      await host.settle(120_000)
      expect(await diaries()).toEqual(expect.arrayContaining(['before', 'after', 'later']))
      expect(await diaries()).not.toContain('poisoned')
      const [letter, ...others] = await letters()
      expect(others).toEqual([])
      expect(letter).toMatchObject({ entityType: 'deadLetter' })

      host.setFault(undefined)
      host.ageRecords(0)
      const outcome = await host.functions.invoke(
        processorOf(host),
        replayEventOf(projectionLetter(letter as Item)),
      )
      expect(outcome).toMatchObject({ ok: true, result: { batchItemFailures: [] } })
      expect(await diaries()).toContain('poisoned')
      await table().write({ kind: 'delete', key: { PK: String(letter?.PK), SK: String(letter?.SK) } })
    })

    it('what the function can not even note goes to the queue for failed batches', async () => {
      const host = open()
      const key = accessKeyOf(host, processorOf(host))
      host.setFault(({ service, operation, accessKeyId }) =>
        service === 'dynamodb' && operation === 'GetItem' && accessKeyId === key
          ? { status: 400, body: '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}' }
          : undefined,
      )
      await create('lost')
      await host.settle(120_000)
      host.setFault(undefined)
      const QueueUrl = host.queueUrl('scenarios-stream-dlq')
      const { Messages } = await host.admin.sqs.send(
        new ReceiveMessageCommand({ QueueUrl: QueueUrl, WaitTimeSeconds: 5 }),
      )
      const body = JSON.parse(Messages?.[0]?.Body ?? '{}') as { DDBStreamBatchInfo?: { batchSize: number } }
      expect(body.DDBStreamBatchInfo).toMatchObject({ batchSize: 1, streamArn: host.streamArn })
    })
  })

  it('a lost event of Athena delays a task until the next sweep, and no longer', async () => {
    const host = open()
    host.loseEvents(true)
    const { data } = await host.api.execute('mutation { triggerTaskNumbersUpTo(top: 3) { taskId } }')
    const { taskId } = fieldOf(data, 'triggerTaskNumbersUpTo') as { taskId: string }
    const status = async () => (await table().get(taskKey(taskId)))?.taskStatus
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await status()).toBe('RUNNING')
    await host.runSchedules()
    host.loseEvents(false)
    expect(await status()).toBe('SUCCEEDED')
  })

  it('a task whose lake changed under it is started again and keeps its id', async () => {
    const host = open()
    await host.api.execute(
      'mutation { createEverything(input: { id: "vanishing", text: "x", whole: 1 }) { id } }',
    )
    await host.settle()
    let changed = false
    host.onListed(async (name) => {
      if (name !== 'everything' || changed) return
      changed = true
      await host.api.execute('mutation { deleteEverything(id: "vanishing") { deleted } }')
      await host.settleStream()
    })
    const { data } = await host.api.execute('mutation { triggerTaskEverythingLater { taskId } }')
    const { taskId } = fieldOf(data, 'triggerTaskEverythingLater') as { taskId: string }
    const item = await until(
      () => table().get(taskKey(taskId)),
      (one) => one?.taskStatus !== 'RUNNING',
    )
    host.onListed(undefined)
    expect(item).toMatchObject({ taskStatus: 'SUCCEEDED', restarts: 1 })
    const result = await host.api.execute(
      'query ($taskId: ID!) { taskResultEverythingLater(taskId: $taskId) { taskStatus result { id } } }',
      { taskId },
    )
    expect(result.errors).toBeUndefined()
    const page = result.data?.taskResultEverythingLater as { result: { id: string }[] }
    expect(page.result.map(({ id }) => id)).not.toContain('vanishing')
  })

  it('a statement that never ends is stopped and answered before its function is killed', async () => {
    const { data, errors } = await open().api.execute('{ endless }')
    expect(data).toEqual({ endless: null })
    expect(errors).toMatchObject([
      { errorType: 'Timeout', message: expect.stringContaining('did not finish') },
    ])
  })

  it.each(['cascade-deletion', 'deletion'])(
    'a message that is none in %s goes to the dead letters and holds nobody up',
    async (queue) => {
      const { admin, queueUrl } = open()
      await admin.sqs.send(
        new SendMessageCommand({ QueueUrl: queueUrl(`scenarios-${queue}`), MessageBody: 'no JSON' }),
      )
      const dead = queueUrl(`scenarios-${queue}-dlq`)
      const received = await until(
        async () =>
          (await admin.sqs.send(new ReceiveMessageCommand({ QueueUrl: dead, WaitTimeSeconds: 1 })))
            .Messages ?? [],
        (messages) => messages.length > 0,
      )
      expect(received.map(({ Body }) => Body)).toEqual(['no JSON'])
    },
  )

  it('a cascade and a deletion that take long pass themselves on', async () => {
    const host = open()
    const ids = Array.from({ length: 120 }, (_, index) => `many-${index}`)
    await host.api.execute('mutation { createShelf(input: { id: "long", name: "long" }) { id } }')
    const put = 'mutation ($id: ID!, $shelf: ID!) { putOnShelf(everythingId: $id, shelfId: $shelf) }'
    for (const id of ids) {
      await host.api.execute(
        'mutation ($id: ID!) { createEverything(input: { id: $id, text: "x" }) { id } }',
        { id },
      )
    }
    const fill = async () => {
      await host.api.execute('mutation { createShelf(input: { id: "long", name: "long" }) { id } }')
      for (const id of ids)
        expect(await host.api.execute(put, { id, shelf: 'long' })).toEqual({ data: { putOnShelf: true } })
      await host.settle()
    }
    const shelved = async () => {
      const { data } = await host.api.execute('{ shelved { everythingId shelfId } }')
      return (fieldOf(data, 'shelved') as { shelfId: string }[]).filter(({ shelfId }) => shelfId === 'long')
        .length
    }
    await fill()
    expect(await shelved()).toBe(120)
    await host.api.execute('mutation { deleteShelf(id: "long") { deleted } }')
    await host.settle()
    expect(await shelved()).toBe(0)
    await fill()
    const { data } = await host.api.execute('mutation { triggerTaskClearShelf(shelfId: "long") { taskId } }')
    const { taskId } = fieldOf(data, 'triggerTaskClearShelf') as { taskId: string }
    const end = await until(
      async () => {
        const answer = await host.api.execute(
          'query ($taskId: ID!) { taskResultClearShelf(taskId: $taskId) { taskStatus deletedCount } }',
          { taskId },
        )
        return answer.data?.taskResultClearShelf as { taskStatus: string }
      },
      ({ taskStatus }) => taskStatus !== 'RUNNING',
    )
    expect(end).toEqual({ taskStatus: 'SUCCEEDED', deletedCount: 120 })
    expect(await shelved()).toBe(0)
  })
}

function processorOf({ functionOf }: DeployedHost): string {
  const found = [...functionOf.values()].find(({ name }) => name.endsWith('-stream-processor'))
  if (!found) throw new Error('The stack has no stream processor.')
  return found.name
}

function accessKeyOf({ functionOf }: DeployedHost, name: string): string {
  return [...functionOf].find(([, definition]) => definition.name === name)?.[0] ?? ''
}

/** A field of an answer that must have data. */
function fieldOf(data: Readonly<Record<string, unknown>> | null | undefined, field: string): unknown {
  if (!data) throw new Error(`The answer has no data, so no ${field}.`)
  return data[field]
}
