import { type Environment, renewReads, type Section } from './environment.js'
import { HEAD } from './feedRecords.js'
import { metaNumber } from './meta.js'
import type { DeadLetters, Store, StoreStats } from './store.js'

/** Counts of a store, at the price of a few reads. */
export function storeStats(
  environment: Environment,
  queues: { readonly [Name in keyof StoreStats['queueDepths']]: Pick<ReturnType<Store['queue']>, 'depth'> },
  deadLetters: DeadLetters,
): StoreStats {
  const { root, items, feed, executions } = environment
  renewReads(environment)
  const file = root.getStats() as FileStats
  return {
    items: entries(items),
    feedRecords: entries(feed),
    feedHead: metaNumber(environment, HEAD),
    queueDepths: { cascade: queues.cascade.depth(), deletion: queues.deletion.depth() },
    deadLetters: deadLetters.count(),
    executions: executions.getKeysCount({ start: Buffer.from('record\0'), end: Buffer.from('record\x01') }),
    fileBytes: (file.lastPageNumber + 1) * file.pageSize,
  }
}

interface FileStats {
  readonly pageSize: number
  readonly lastPageNumber: number
}

function entries(section: Section): number {
  return (section.getStats() as { entryCount: number }).entryCount
}
