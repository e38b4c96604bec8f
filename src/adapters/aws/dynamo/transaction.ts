import { randomUUID } from 'node:crypto'
import {
  type CancellationReason,
  type DynamoDBClient,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { GroupResult } from '../../../ports/bulkItemTable.js'
import { itemBytes } from '../../../ports/itemBytes.js'
import { MAX_ITEM_BYTES, type Write } from '../../../ports/itemTable.js'
import { CONFLICT_BACKOFF, pause } from './retry.js'
import { asFailure, isTooLarge, storeFailure, THROTTLED, throttled } from './storeFailure.js'
import { transactionRequest } from './writeRequests.js'

/** All or nothing. A token makes it happen once, however often it's sent; conflicts and throttling are tried again. */
export async function transaction(
  client: DynamoDBClient,
  tableName: string,
  writes: readonly Write[],
): Promise<GroupResult> {
  const input = {
    TransactItems: writes.map((write) => transactionRequest(tableName, write)),
    ClientRequestToken: randomUUID(),
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new TransactWriteItemsCommand(input))
      return { ok: true }
    } catch (error) {
      const { reasons, message, name } = cancellation(error)
      const tooLarge = indexes(reasons, (reason) => isTooLarge(reason.Message))
      if (tooLarge.length > 0) return { ok: false, reason: 'itemTooLarge', failed: tooLarge }
      // Without reasons the whole request was refused, and nothing says which item it was.
      if (isTooLarge(message)) return { ok: false, reason: 'itemTooLarge', failed: oversized(writes) }
      const failed = indexes(reasons, (reason) => reason.Code === 'ConditionalCheckFailed')
      if (failed.length > 0) return { ok: false, reason: 'conditionFailed', failed }
      const busy = name === 'TransactionInProgressException' || reasons.some(isBusy)
      if (!busy || reasons.some((reason) => !isBusy(reason) && reason.Code !== 'None'))
        throw storeFailure(error)
      if (attempt >= CONFLICT_BACKOFF.attempts) throw throttled(error)
      await pause(attempt, CONFLICT_BACKOFF)
    }
  }
}

/** Why a transaction was cancelled; reasons are by the index of the write. */
function cancellation(error: unknown) {
  const { CancellationReasons: reasons = [] } = error as {
    CancellationReasons?: readonly CancellationReason[]
  }
  const { name, message } = asFailure(error)
  return { reasons, name, message: reasons.length > 0 ? '' : message }
}

function oversized(writes: readonly Write[]): number[] {
  return writes.flatMap((write, index) =>
    write.kind === 'put' && itemBytes(write.item) > MAX_ITEM_BYTES ? [index] : [],
  )
}

function isBusy({ Code }: CancellationReason): boolean {
  return THROTTLED.has(Code ?? '')
}

function indexes(
  reasons: readonly CancellationReason[],
  is: (reason: CancellationReason) => boolean,
): number[] {
  return reasons.flatMap((reason, index) => (is(reason) ? [index] : []))
}
