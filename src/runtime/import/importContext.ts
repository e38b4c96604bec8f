import type { BulkItemTable } from '../../ports/bulkItemTable.js'
import type { RuntimeContext } from '../context.js'

/** What an import needs of a host; a running one is not among it. */
export interface ImportContext extends Pick<RuntimeContext, 'project' | 'clock' | 'random'> {
  readonly limits: Pick<RuntimeContext['limits'], 'years'>
  readonly table: BulkItemTable
}

/** What to do with a row whose id is stored already with other values. */
export type ExistingPolicy = 'conflict' | 'skip' | 'replace'

/** How often a row is tried again when others write the same items at the same time. */
export const MAX_ATTEMPTS = 20

/** Most keys of one read. */
const READ_KEYS = 100

/** `getMany` of any number of keys. */
export async function readAll(
  table: BulkItemTable,
  keys: Parameters<BulkItemTable['getMany']>[0],
): Promise<Awaited<ReturnType<BulkItemTable['getMany']>>[number][]> {
  const parts = []
  for (let from = 0; from < keys.length; from += READ_KEYS) {
    parts.push(table.getMany(keys.slice(from, from + READ_KEYS)))
  }
  return (await Promise.all(parts)).flat()
}
