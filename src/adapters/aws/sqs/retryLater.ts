import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import type { SqsQueueAddress } from './sqsQueue.js'

/** Makes a way to let a message on loan come back after some seconds, instead of at the end of its visibility timeout. */
export function retryLater({ client, queueUrl }: SqsQueueAddress) {
  return async ({ receiptHandle }: { readonly receiptHandle: string }, seconds: number): Promise<void> => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    )
  }
}
