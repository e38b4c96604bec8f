import type { Item } from '../../ports/itemTable.js'
import { CliError } from '../cliError.js'

/** Has the stream processor project a change again. */
export async function replayChange(_name: string, item: Item): Promise<void> {
  throw new CliError('environment', `Dead letter ${String(item.sequence)} can't be replayed yet.`)
}

/** Has the stream processor project the changes of a batch again that it gave up as a whole. */
export async function replayStreamBatch(_name: string, _body: string): Promise<void> {
  throw new CliError('environment', "Batches of the stream can't be replayed yet.")
}
