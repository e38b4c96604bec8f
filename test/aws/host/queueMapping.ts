import { setMaxListeners } from 'node:events'
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { InvocationResult } from './lambdaService.js'
import type { Mapping } from './streamMapping.js'

export interface QueueMappingOptions {
  readonly sqs: SQSClient
  readonly queueUrl: string
  readonly queueArn: string
  readonly batchSize: number
  readonly concurrency: number
  readonly invoke: (event: unknown) => Promise<InvocationResult>
}

/**
 * Polls a queue as Lambda does, some pollers at once: what succeeded is deleted, what is among the failures, or all of a
 * batch whose function failed, comes back after the visibility timeout, or goes to the dead-letter queue by redrive.
 */
export function startQueueMapping(options: QueueMappingOptions): Mapping {
  const { sqs, queueUrl, queueArn } = options
  const stop = new AbortController()
  // Each poll listens to it.
  setMaxListeners(0, stop.signal)
  let working = 0

  async function poll(): Promise<void> {
    while (!stop.signal.aborted) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: options.batchSize,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['All'],
        }),
        { abortSignal: stop.signal },
      )
      if (Messages.length === 0) continue
      working += Messages.length
      try {
        await handle(Messages)
      } finally {
        working -= Messages.length
      }
    }
  }

  async function handle(messages: readonly Message[]): Promise<void> {
    const outcome = await options.invoke({
      Records: messages.map((message) => lambdaMessage(message, queueArn)),
    })
    if (!outcome.ok) return
    const result = outcome.result as { batchItemFailures?: { itemIdentifier: string }[] } | null
    const failed = new Set(result?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier))
    const done = messages.filter(({ MessageId }) => !failed.has(MessageId ?? ''))
    if (done.length === 0) return
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: done.map(({ MessageId, ReceiptHandle }, index) => ({
          Id: MessageId ?? String(index),
          ReceiptHandle,
        })),
      }),
    )
  }

  let broken: unknown
  const start = async () => {
    // Lambda looks at the queue before it polls it.
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }))
    await Promise.all(Array.from({ length: Math.min(2, options.concurrency) }, poll))
  }
  const running = start().catch((error: unknown) => {
    if (!stop.signal.aborted) broken = error
  })
  return {
    pending() {
      if (broken !== undefined) throw broken
      return working
    },
    async close() {
      stop.abort()
      await running
    },
  }
}

function lambdaMessage(message: Message, queueArn: string): unknown {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: {},
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'eu-central-1',
  }
}
