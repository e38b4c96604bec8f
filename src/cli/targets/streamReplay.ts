import { projectFunctionName } from '../../deploy/plan/names.js'
import type { Item } from '../../ports/itemTable.js'
import { loadPackage } from '../aws/loadPackage.js'
import { CliError } from '../cliError.js'

/** Has the stream processor project a change again. Throws `CliError` when it fails once more. */
export async function replayChange(name: string, item: Item): Promise<void> {
  const [{ projectionLetter }, { replayEventOf }] = await Promise.all([
    import('../../runtime/changes/deadLetter.js'),
    import('../../adapters/aws/events/replayEvent.js'),
  ])
  const isDone = await processRecords(name, replayEventOf(projectionLetter(item)))
  if (isDone) return
  throw new CliError(
    'environment',
    `The change of dead letter ${String(item.sequence)} could not be projected again.`,
    {
      hint: 'It stays where it is. See why: ocg logs streamProcessor',
    },
  )
}

/**
 * Has the stream processor project the changes of a batch again that was given up as a whole. They are read from the
 * stream, which keeps them for a day. Throws `CliError` when it fails once more, and when they are lost.
 */
export async function replayStreamBatch(name: string, body: string): Promise<void> {
  const [{ DynamoDBStreamsClient }, { streamBatchOf }, { readStreamBatch }, { replayEventOfRecords }] =
    await loadPackage(() =>
      Promise.all([
        import('@aws-sdk/client-dynamodb-streams'),
        import('../../adapters/aws/events/streamFailure.js'),
        import('../../adapters/aws/events/readStreamBatch.js'),
        import('../../adapters/aws/events/replayEvent.js'),
      ]),
    )
  const client = new DynamoDBStreamsClient({})
  try {
    const batch = streamBatchOf(body)
    if (!batch)
      throw new CliError('input', 'The message in the stream queue is not about a batch of changes.')
    const records = await readStreamBatch(client, batch)
    // No invocation takes more than a few hundred records in its time.
    for (let first = 0; first < records.length; first += BATCH) {
      const event = replayEventOfRecords(records.slice(first, first + BATCH))
      if (await processRecords(name, event)) continue
      throw new CliError('environment', 'The changes of a batch could not be projected again.', {
        hint: 'Their message stays where it is. See why: ocg logs streamProcessor',
      })
    }
  } catch (error) {
    if ((error as Error).name !== 'TrimmedDataAccessException') throw error
    throw new CliError(
      'environment',
      'The stream has lost the changes of a batch: it keeps them for a day.',
      {
        hint: 'Write their items once more, by an update each, and SQL will show them.',
        cause: error,
      },
    )
  } finally {
    client.destroy()
  }
}

const BATCH = 100

/** Invokes the stream processor; true when it has dealt with every record. */
async function processRecords(name: string, event: object): Promise<boolean> {
  const { LambdaClient, InvokeCommand } = await loadPackage(() => import('@aws-sdk/client-lambda'))
  const client = new LambdaClient({})
  try {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({
        FunctionName: projectFunctionName(name, 'streamProcessor'),
        Payload: new TextEncoder().encode(JSON.stringify(event)),
      }),
    )
    if (FunctionError) return false
    const answer = JSON.parse(new TextDecoder().decode(Payload) || '{}') as {
      readonly batchItemFailures?: readonly unknown[]
    } | null
    return (answer?.batchItemFailures ?? []).length === 0
  } finally {
    client.destroy()
  }
}
