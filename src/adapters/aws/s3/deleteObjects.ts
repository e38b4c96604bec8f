import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3'
import { StoreError } from '../../../ports/storeError.js'

/**
 * Removes any number of objects, a thousand to a request. S3 answers for each object: those that it could not remove
 * for now are tried again, with a growing random wait; what remains is thrown.
 */
export async function deleteObjects(
  client: S3Client,
  Bucket: string,
  keys: readonly string[],
): Promise<void> {
  const distinct = [...new Set(keys)]
  for (let from = 0; from < distinct.length; from += MAX_DELETED) {
    let pending = distinct.slice(from, from + MAX_DELETED)
    for (let attempt = 1; pending.length > 0; attempt += 1) {
      const Delete = { Objects: pending.map((Key) => ({ Key })), Quiet: true }
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }))
      const lasting = Errors.find(({ Code }) => !TRANSIENT.has(Code ?? ''))
      if (lasting || (Errors.length > 0 && attempt >= ATTEMPTS)) throw notRemoved(Errors, lasting?.Code)
      pending = Errors.flatMap(({ Key }) => (Key === undefined ? [] : [Key]))
      if (pending.length > 0) await sleep(Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt))
    }
  }
}

/** Source: S3's DeleteObjects. */
const MAX_DELETED = 1000

const ATTEMPTS = 6
const BASE_MS = 50
const CAP_MS = 2000

/** What S3 says of an object that may well go the next time. */
const TRANSIENT: ReadonlySet<string> = new Set(['InternalError', 'SlowDown', 'ServiceUnavailable'])

function notRemoved(
  errors: readonly { Code?: string | undefined }[],
  lasting: string | undefined,
): StoreError {
  const cause = new Error(`${errors.length} objects were not removed: ${lasting ?? errors[0]?.Code}`)
  return lasting === undefined && errors.every(({ Code }) => Code === 'SlowDown')
    ? new StoreError('throttled', 'The object store takes no more requests for now.', { cause })
    : new StoreError('unavailable', 'The object store did not remove some objects.', { cause })
}
