import { type BuildAppOptions, buildApp } from 'fauxqs'
import type { AwsSettings } from '../../../src/adapters/aws/clients/awsSettings.js'
import { LOCAL_SETTINGS } from './dynamoDbLocal.js'

export interface ObjectServer {
  readonly endpoint: string
  /** For clients of S3 and SQS. */
  readonly settings: AwsSettings
  /** Messages in these queues, those that are delayed or on loan included. */
  pendingMessages(queues: readonly string[]): number
  close(): Promise<void>
}

/** A server of S3 and SQS in this process, on 127.0.0.1 and a free port, which keeps everything in memory. */
export async function startObjectServer(): Promise<ObjectServer> {
  const stores = await newStores()
  const app = buildApp({ logger: false, stores })
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    endpoint,
    settings: { ...LOCAL_SETTINGS, endpoint },
    pendingMessages(queues) {
      return queues.reduce((sum, name) => {
        const { ready, delayed, inflight } = stores.sqsStore.inspectQueue(name)?.messages ?? NO_MESSAGES
        return sum + ready.length + delayed.length + inflight.length
      }, 0)
    },
    async close() {
      // Clients keep their connections, and a closing server would wait for them.
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

const NO_MESSAGES = { ready: [], delayed: [], inflight: [] }

type Stores = NonNullable<BuildAppOptions['stores']>

/** The package's entry point makes its stores by itself and shows them to nobody; its own start listens on every interface. */
async function newStores(): Promise<Stores> {
  const part = async (path: string): Promise<Record<string, new () => unknown>> => {
    return import(new URL(`../../../node_modules/fauxqs/dist/${path}.js`, import.meta.url).href)
  }
  const [sqs, sns, s3] = await Promise.all(['sqs/sqsStore', 'sns/snsStore', 's3/s3Store'].map(part))
  const make = <Store>(Constructor: (new () => unknown) | undefined): Store => {
    if (!Constructor) throw new Error('The package fauxqs has no such store any more.')
    return new Constructor() as Store
  }
  const s3Store = make<Stores['s3Store']>(s3?.S3Store)
  listInOrderOfBytes(s3Store)
  refuseLongDeletions(s3Store)
  return { sqsStore: make(sqs?.SqsStore), snsStore: make(sns?.SnsStore), s3Store }
}

/**
 * S3 lists keys in the order of their UTF-8 bytes. The package sorts them as a dictionary would, and then leaves out
 * what is before the page's start in another order, so that pages lose objects.
 */
function listInOrderOfBytes(store: Stores['s3Store']): void {
  const listAll = store.listObjects.bind(store)
  store.listObjects = (bucket, options = {}) => {
    const { prefix = '', delimiter, maxKeys = 1000 } = options
    const { objects } = listAll(bucket, { prefix, maxKeys: Number.POSITIVE_INFINITY })
    // Folders come in one page, however many: only engines list so, and they take what they get.
    if (delimiter) return folderOf(objects, prefix, delimiter)
    const bytes = ({ key }: { key: string }) => Buffer.from(key)
    const start = Buffer.from(options.startAfter ?? options.marker ?? '')
    const rest = objects
      .filter((object) => start.length === 0 || Buffer.compare(bytes(object), start) > 0)
      .sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
    return { objects: rest.slice(0, maxKeys), commonPrefixes: [], isTruncated: rest.length > maxKeys }
  }
}

function folderOf<One extends { readonly key: string }>(
  objects: readonly One[],
  prefix: string,
  delimiter: string,
): { objects: One[]; commonPrefixes: string[]; isTruncated: boolean } {
  const folders = new Set<string>()
  const own = objects.filter(({ key }) => {
    const end = key.indexOf(delimiter, prefix.length)
    if (end >= 0) folders.add(key.slice(0, end + delimiter.length))
    return end < 0
  })
  return { objects: own, commonPrefixes: [...folders], isTruncated: false }
}

/** S3 removes at most a thousand objects in one request. The package has no limit. */
function refuseLongDeletions(store: Stores['s3Store']): void {
  const remove = store.deleteObjects.bind(store)
  store.deleteObjects = (bucket, keys) => {
    if (keys.length > 1000) throw new Error('S3 takes at most 1000 keys in one request.')
    return remove(bucket, keys)
  }
}
