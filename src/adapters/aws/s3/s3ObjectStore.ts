import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { ObjectStore } from '../../../ports/objectStore.js'
import { serviceFailure } from '../clients/serviceFailure.js'
import { deleteObjects } from './deleteObjects.js'

export interface S3Bucket {
  readonly client: S3Client
  readonly bucket: string
}

/**
 * The objects of one bucket. S3 shows every acknowledged write to every later read and listing.
 *
 * Without the right to list the bucket, S3 answers a missing object with 403, and `get` and `exists` throw.
 */
export function s3ObjectStore({ client, bucket: Bucket }: S3Bucket): ObjectStore {
  return {
    async put(Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body })).catch(fail)
    },

    async get(Key) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
          return await Body?.transformToByteArray()
        } catch (error) {
          if (nameOf(error) === 'NoSuchKey') return undefined
          // The SDK tries requests again, but not an answer that breaks off halfway.
          if (hasStatus(error) || attempt >= BODY_ATTEMPTS) throw fail(error)
        }
      }
    },

    async exists(Key) {
      try {
        await client.send(new HeadObjectCommand({ Bucket, Key }))
        return true
      } catch (error) {
        // An answer to HEAD has no body, and with that no code.
        if (nameOf(error) === 'NotFound' || nameOf(error) === 'NoSuchKey') return false
        throw fail(error)
      }
    },

    async delete(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key })).catch(fail)
    },

    async deleteMany(keys) {
      await deleteObjects(client, Bucket, keys).catch(fail)
    },

    async list({ prefix, limit, start }) {
      const command = new ListObjectsV2Command({
        Bucket,
        Prefix: prefix,
        MaxKeys: Math.min(limit, MAX_LISTED),
        ...(start !== undefined && { ContinuationToken: start }),
      })
      const { Contents = [], NextContinuationToken: next } = await client.send(command).catch(fail)
      const objects = Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, size: Size }))
      return next === undefined ? { objects } : { objects, next }
    },
  }
}

/** Source: S3's ListObjectsV2. */
const MAX_LISTED = 1000

const BODY_ATTEMPTS = 3

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

/** True of S3's own answers; false of a connection that failed. */
function hasStatus(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  return nameOf(error) === 'AbortError' || (status !== undefined && status >= 300)
}

function fail(error: unknown): never {
  throw serviceFailure(error, 'The object store')
}
