import { deadLetterQueueOf, resourceNames } from '../../deploy/plan/names.js'
import type { Json } from '../../model/json.js'
import { deadLetterKey } from '../../model/keys.js'
import type { Item, ItemTable, PageStart } from '../../ports/itemTable.js'
import type { DeadLetterBox, ListedLetter, Replayed } from './adminTarget.js'
import { openSqsLetters, type QueueLetter, type SqsLetters } from './sqsLetters.js'
import { replayChange, replayStreamBatch } from './streamReplay.js'

type Table = Pick<ItemTable, 'get' | 'scan' | 'write'>

/**
 * Dead letters of a deployed project: items of the table (changes that could not be projected), and messages in the
 * dead-letter queues. The ids of the latter begin with their queue: `cascade:…`, `deletion:…`, `stream:…`.
 */
export function awsDeadLetters(name: string, table: Table): DeadLetterBox {
  const names = resourceNames(name)
  const queues = {
    cascade: { letters: deadLetterQueueOf(names.cascadeQueue), queue: names.cascadeQueue },
    deletion: { letters: deadLetterQueueOf(names.deletionQueue), queue: names.deletionQueue },
    stream: { letters: names.streamDeadLetterQueue, queue: undefined },
  } as const

  async function withQueues<T>(use: (queues: readonly SqsLetters[]) => Promise<T>): Promise<T> {
    const opened = await openSqsLetters(queues)
    try {
      return await use(opened.queues)
    } finally {
      opened.close()
    }
  }

  return {
    list: (limit) =>
      withQueues(async (opened) => {
        const stored = (await storedLetters(table)).map(listedItem)
        const queued = (await Promise.all(opened.map((queue) => queue.peek()))).flat().map(listedMessage)
        const letters = [...stored, ...queued].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
        return { letters: letters.slice(0, limit), total: letters.length }
      }),

    replay: (ids) =>
      withQueues(async (opened): Promise<Replayed> => {
        const replayed: string[] = []
        for (const item of await chosenItems(table, ids)) {
          // The processor first: should it fail, the letter is still there.
          await replayChange(name, item)
          await table.write({ kind: 'delete', key: { PK: item.PK, SK: item.SK } })
          replayed.push(String(item.sequence))
        }
        for (const queue of opened) {
          const wanted = ids?.filter((id) => id.startsWith(`${queue.source}:`))
          if (wanted?.length === 0) continue
          const isWanted = ({ id }: QueueLetter) => wanted === undefined || wanted.includes(id)
          const handle =
            queue.source === 'stream' ? (body: string) => replayStreamBatch(name, body) : undefined
          replayed.push(...(await queue.replay(isWanted, handle)))
        }
        return { replayed, missing: (ids ?? []).filter((id) => !replayed.includes(id)) }
      }),
  }
}

async function chosenItems(table: Table, ids: readonly string[] | undefined): Promise<Item[]> {
  if (!ids) return storedLetters(table)
  const items = await Promise.all(
    ids.filter((id) => !id.includes(':')).map((id) => table.get(deadLetterKey(id))),
  )
  return items.filter((item) => item !== undefined)
}

async function storedLetters(table: Table): Promise<Item[]> {
  const items: Item[] = []
  let start: PageStart | undefined
  do {
    const page = await table.scan({ prefix: 'deadLetter#', limit: 1000, ...(start && { start }) })
    items.push(...page.items)
    start = page.next
  } while (start)
  return items
}

function listedItem(item: Item): ListedLetter {
  const { sequence, source, subject, error, attempts, createdAt } = item
  const key = (subject as { readonly key?: { readonly PK?: string } } | undefined)?.key?.PK
  return {
    id: String(sequence),
    source: String(source),
    subject: key ?? JSON.stringify(subject),
    attempts: Number(attempts ?? 0),
    createdAt: String(createdAt),
    error: String(error),
    json: { sequence, source, subject, error, attempts, createdAt } as Json,
  }
}

function listedMessage(letter: QueueLetter): ListedLetter {
  const error =
    letter.source === 'stream' ? 'Changes were given up before they could be noted one by one.' : ''
  return { ...letter, subject: subjectOf(letter.body), error, json: { ...letter } }
}

/** What a message is about, as `ocg dlq list` of a data folder says it. */
function subjectOf(body: string): string {
  try {
    const message = JSON.parse(body) as Readonly<Record<string, unknown>>
    if (typeof message.entityId === 'string') return `${String(message.entityType)}#${message.entityId}`
    if (typeof message.taskId === 'string') return `task#${message.taskId}`
    const batch = message.DDBStreamBatchInfo as { readonly batchSize?: number } | undefined
    return batch ? `${batch.batchSize ?? '?'} changes` : body.slice(0, 80)
  } catch {
    return body.slice(0, 80)
  }
}
