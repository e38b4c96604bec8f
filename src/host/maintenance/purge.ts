import { lakeFolder } from '../../adapters/embedded/lake/lakeFolder.js'
import { AppError } from '../../errors/appError.js'
import type { Host } from '../host.js'
import { clearResults } from '../purge/clearResults.js'
import { folderExists } from '../purge/folderExists.js'
import { removeRow } from '../purge/removeRow.js'
import { removeTraces } from '../purge/removeTraces.js'
import { resolveTarget } from '../purge/target.js'
import { waitFor } from '../purge/waitFor.js'
import type { Perform } from './work.js'

/**
 * Leaves no value of a row in any file of the data folder: first everything that is derived from it goes, then the
 * derived files are made again, then the store's file is cleared. Each step may be repeated, so a purge that was cut
 * short is run again from its start, also for a row that is gone by then.
 *
 * The outcome and the progress say nothing of the row: they are stored, too.
 *
 * Throws `AppError`: `BadInput` for what can't be purged, `Conflict` when the row was made again meanwhile, `Timeout`
 * when SQL or a cascade is too far behind; `StoreError` and `SqlError` of its steps.
 */
export const purge: Perform<'purge'> = async (host, { table, id }, { onProgress, signal }) => {
  const { store, sql } = host
  const target = resolveTarget(host.project, store.table, table, id)

  onProgress({ step: 'removing the row' })
  const removed = await removeRow(host, target)
  await waitFor('The deletion has not reached SQL', signal, () => sql.waitUntilFresh(500))
  await waitFor('The removal of its relations has not begun', signal, async () => {
    return host.cascadePosition() >= removed.head
  })
  await removeTraces(store, target, removed.keys)

  onProgress({ step: 'removing results' })
  const tasks = await clearResults(host, target, signal)

  onProgress({ step: 'making the query image again' })
  await sql.rewriteImage({
    onProgress: (name, rows) => onProgress({ step: `making the query image again, ${name}`, done: rows }),
  })
  signal.throwIfAborted()

  const isPublished = await folderExists(lakeFolder(store.folder))
  if (isPublished) {
    onProgress({ step: 'publishing' })
    await sql.publish({ fresh: true, thorough: true, signal })
  }

  // The records that tell of the row: nobody needs them any more.
  const settled = Math.min(host.cascadePosition(), sql.settled())
  await store.feed.trim(settled + 1)
  if (store.feed.first() <= removed.head) throw new AppError('Timeout', STILL_NEEDED)

  await forgetOutcomes(host)
  onProgress({ step: 'clearing the store' })
  // No heartbeat is heard meanwhile: the claim lasts as long as the slowest disk may take.
  await store.hostLock.hold(CLEARING_BASE_MS + store.stats().fileBytes / CLEARING_BYTES_A_MS)
  const { pages, cleaned } = await store
    .scrub({
      signal,
      onProgress: (done, total) => onProgress({ step: 'clearing pages of the store', done, total }),
    })
    .finally(() => store.hostLock.hold(0))
  if (target.kind === 'entity' && store.table.read(target.key)) throw new AppError('Conflict', MADE_AGAIN)
  return {
    found: removed.found,
    relations: removed.relations,
    tasks,
    published: isPublished,
    store: { pages, cleaned },
  }
}

/** What a verification found may name the row. Whoever asked for it and is still there has it by now. */
async function forgetOutcomes({ store, context }: Host): Promise<void> {
  for (const { id, state, changedAt } of store.maintenance.list()) {
    const isEnded = state === 'done' || state === 'failed'
    if (isEnded && context.clock.now() - changedAt > FETCHED_MS) await store.maintenance.remove(id)
  }
}

const FETCHED_MS = 1000
const CLEARING_BASE_MS = 60_000
const CLEARING_BYTES_A_MS = 5_000

const STILL_NEEDED =
  'Changes of the row are still waiting for SQL, a cascade or an export. Run the same command again in a minute.'

const MADE_AGAIN =
  'A row of this id was made again while the old one was being purged. Stop what makes it, and run the same command again.'
