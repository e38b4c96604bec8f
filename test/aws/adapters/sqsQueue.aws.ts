import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { sqsClient } from '../../../src/adapters/aws/clients/sqsClient.js'
import { sqsQueue } from '../../../src/adapters/aws/sqs/sqsQueue.js'
import { queueConformance } from '../../conformance/queue.js'
import { startObjectServer } from '../servers/objectServer.js'

queueConformance('SqsQueue', async () => {
  const server = await startObjectServer()
  const client = sqsClient(server.settings)
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'shop-deletion' }))
  return {
    queue: sqsQueue({ client, queueUrl: QueueUrl }),
    async take() {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 })
      const { Messages = [] } = await client.send(receive)
      for (const { ReceiptHandle } of Messages) {
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
      }
      return Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown)
    },
    async close() {
      client.destroy()
      await server.close()
    },
  }
})
