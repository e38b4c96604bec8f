import type { Message, SQSClient } from '@aws-sdk/client-sqs'
import { loadPackage } from '../aws/loadPackage.js'

/** A message of a dead-letter queue. */
export interface QueueLetter {
  /** `cascade:{message id}` */
  readonly id: string
  readonly source: 'cascade' | 'deletion' | 'stream'
  readonly body: string
  /** Deliveries so far, those of looking at it included: SQS counts all. */
  readonly attempts: number
  readonly createdAt: string
}

/** One dead-letter queue. */
export interface SqsLetters {
  readonly source: QueueLetter['source']
  /** Looks at every message and leaves it. */
  peek(): Promise<readonly QueueLetter[]>
  /** Sends the wanted messages to their queue, or gives them to `handle`, and removes them; answers their ids. */
  replay(
    isWanted: (letter: QueueLetter) => boolean,
    handle?: (body: string) => Promise<void>,
  ): Promise<readonly string[]>
}

export type QueueNames = Readonly<
  Record<QueueLetter['source'], { readonly letters: string; readonly queue: string | undefined }>
>

/** A message on its way is seen by nobody else for so long, in seconds. */
const REPLAY_VISIBILITY = 60

/** Rounds without a new message after which a queue counts as seen: SQS answers from some of its servers at a time. */
const IDLE_ROUNDS = 3

/** Opens the dead-letter queues of a project. */
export async function openSqsLetters(
  names: QueueNames,
): Promise<{ readonly queues: readonly SqsLetters[]; close(): void }> {
  const [sqs, { sqsClient }] = await loadPackage(() =>
    Promise.all([import('@aws-sdk/client-sqs'), import('../../adapters/aws/clients/sqsClient.js')]),
  )
  const client = sqsClient()
  const urlOf = async (name: string) => {
    const { QueueUrl } = await client.send(new sqs.GetQueueUrlCommand({ QueueName: name }))
    return QueueUrl as string
  }
  const sources = Object.keys(names) as QueueLetter['source'][]
  const queues = sources.map((source) => lettersOf(sqs, client, source, names[source], urlOf))
  return { queues, close: () => client.destroy() }
}

function lettersOf(
  sqs: typeof import('@aws-sdk/client-sqs'),
  client: SQSClient,
  source: QueueLetter['source'],
  names: QueueNames[QueueLetter['source']],
  urlOf: (name: string) => Promise<string>,
): SqsLetters {
  const receive = async (QueueUrl: string, VisibilityTimeout: number): Promise<readonly Message[]> => {
    const command = new sqs.ReceiveMessageCommand({
      QueueUrl,
      VisibilityTimeout,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
    })
    return (await client.send(command)).Messages ?? []
  }
  /** Calls `visit` with every message once. */
  const eachMessage = async (
    QueueUrl: string,
    visibility: number,
    visit: (message: Message) => Promise<void>,
  ): Promise<void> => {
    const seen = new Set<string>()
    for (let idle = 0; idle < IDLE_ROUNDS; ) {
      const messages = (await receive(QueueUrl, visibility)).filter(
        ({ MessageId = '' }) => !seen.has(MessageId),
      )
      // An empty answer comes after a second of waiting; one with known messages comes at once.
      idle = messages.length === 0 ? idle + 1 : 0
      for (const message of messages) {
        seen.add(message.MessageId ?? '')
        await visit(message)
      }
    }
  }

  return {
    source,
    async peek() {
      const found: QueueLetter[] = []
      const url = await urlOf(names.letters)
      if (await isEmpty(url)) return found
      // One second: long enough to come by the others, short enough for a replay that follows.
      await eachMessage(url, 1, async (message) => void found.push(letterOf(source, message)))
      return found
    },
    async replay(isWanted, handle) {
      const from = await urlOf(names.letters)
      if (await isEmpty(from)) return []
      const to = names.queue === undefined ? undefined : await urlOf(names.queue)
      const replayed: string[] = []
      const held: string[] = []
      try {
        await eachMessage(from, REPLAY_VISIBILITY, async (message) => {
          const letter = letterOf(source, message)
          const ReceiptHandle = message.ReceiptHandle as string
          if (!isWanted(letter)) return void held.push(ReceiptHandle)
          if (handle) await handle(letter.body)
          else await client.send(new sqs.SendMessageCommand({ QueueUrl: to, MessageBody: letter.body }))
          await client.send(new sqs.DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }))
          replayed.push(letter.id)
        })
      } finally {
        for (const ReceiptHandle of held) {
          const command = { QueueUrl: from, ReceiptHandle, VisibilityTimeout: 0 }
          await client.send(new sqs.ChangeMessageVisibilityCommand(command)).catch(() => undefined)
        }
      }
      return replayed
    },
  }

  /** True when there is surely nothing in a queue: no waiting then. */
  async function isEmpty(QueueUrl: string): Promise<boolean> {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
    const { Attributes } = await client.send(
      new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    )
    return AttributeNames.every((name) => Attributes?.[name] === '0')
  }
}

function letterOf(source: QueueLetter['source'], message: Message): QueueLetter {
  const { MessageId = '', Body = '', Attributes } = message
  return {
    id: `${source}:${MessageId}`,
    source,
    body: Body,
    attempts: Number(Attributes?.ApproximateReceiveCount ?? 1),
    createdAt: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
  }
}
