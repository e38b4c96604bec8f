import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { taskKey } from '../../../src/model/keys.js'
import type { LakeLayout } from '../../../src/model/lakeLayout.js'
import { until } from '../../musicShop/shop.js'
import type { DeployedHost } from '../host/deployed.js'
import { faultsOfBatches } from './faultsOfBatches.js'
import { faultsOfRows } from './faultsOfRows.js'
import { accessKeyOf, faultTools, fieldOf, processorOf } from './faultTools.js'

/** What goes wrong around the functions, and what becomes of it. */
export function faultsSuite(open: () => DeployedHost, layout: LakeLayout): void {
  const { table, create } = faultTools(open)

  if (layout === 'rows') faultsOfRows(open)
  else faultsOfBatches(open)

  it('what the function can not even note goes to the queue for failed batches', async () => {
    const host = open()
    const key = accessKeyOf(host, processorOf(host))
    host.setFault(({ service, operation, accessKeyId }) =>
      service === 'dynamodb' &&
      /^(?:Get|BatchGet|TransactGet)Items?$/.test(operation ?? '') &&
      accessKeyId === key
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
