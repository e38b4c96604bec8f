import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { Queue } from '../../../ports/queue.js'
import { serviceFailure } from '../clients/serviceFailure.js'

export interface SqsQueueAddress {
  readonly client: SQSClient
  readonly queueUrl: string
}

/** A standard queue of SQS; a message's body is its JSON. Throws `StoreError`: `throttled` or `unavailable`. */
export function sqsQueue<Message>({ client, queueUrl }: SqsQueueAddress): Queue<Message> {
  return {
    async send(message) {
      const command = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: asciiJson(message) })
      await client.send(command).catch((error: unknown) => {
        throw serviceFailure(error, 'The queue')
      })
    },
  }
}

/** SQS takes no message with certain characters (U+FFFE, U+FFFF, halves of pairs). Escaped, JSON can say each of them. */
function asciiJson(message: unknown): string {
  return JSON.stringify(message).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
