import { randomUUID } from 'node:crypto'
import type { Project } from '../../model/types.js'
import type { RuntimeLimits } from '../../runtime/context.js'
import { CliError } from '../cliError.js'
import type { ImportTarget } from './importTarget.js'

/** Opens a folder as its host, or beside the host that has it. Throws `CliError` when that one runs another schema. */
export async function openEmbeddedImport(
  project: Project,
  folder: string,
  limits: Partial<RuntimeLimits>,
): Promise<ImportTarget> {
  const [{ openHost }, { DataFolderError }] = await Promise.all([
    import('../../host/openHost.js'),
    import('../../adapters/embedded/store/dataFolderError.js'),
  ])
  try {
    const host = await openHost({ project, folder, limits })
    return {
      context: { ...host.context, table: host.store.table },
      waitForSql: () =>
        waitWhileNearing(
          () => host.sql.applied(),
          () => host.sql.waitUntilFresh(POLL_MS),
        ),
      close: () => host.close(),
    }
  } catch (error) {
    if (error instanceof DataFolderError && error.reason === 'inUse')
      return openBeside(project, folder, limits)
    throw error
  }
}

const POLL_MS = 50

/** SQL that has not moved for this long is not coming. */
const STALLED_MS = 30_000

/** Looks again and again until `look` says true; false when the position stands still, or when nobody moves it. */
async function waitWhileNearing(position: () => number, look: () => Promise<boolean>): Promise<boolean> {
  let last = position()
  let moved = performance.now()
  for (;;) {
    if (await look()) return true
    const now = position()
    if (now !== last) moved = performance.now()
    last = now
    if (performance.now() - moved > STALLED_MS) return false
  }
}

async function openBeside(
  project: Project,
  folder: string,
  limits: Partial<RuntimeLimits>,
): Promise<ImportTarget> {
  const [{ openStore }, { readMeta }, { DEFAULT_RUNTIME_LIMITS }, { SQL_CONSUMER }] = await Promise.all([
    import('../../adapters/embedded/store/openStore.js'),
    import('../../runtime/migration/projectMeta.js'),
    import('../../runtime/context.js'),
    import('../../host/sqlCheckpoint.js'),
  ])
  const store = await openStore(folder)
  const { table } = store
  const requireModel = async (message: string) => {
    const meta = await readMeta(table)
    if (!meta || meta.modelHash === project.hash) return
    throw new CliError('input', message, {
      hint: 'Give the file that it runs with -f, or let it load this one first.',
    })
  }
  try {
    await requireModel('The running host has another version of the schema than the one given.')
  } catch (error) {
    await store.close()
    throw error
  }
  /** The host may load another version at any time. What is written before, it checks then. */
  const inTime = async <T>(write: () => Promise<T>): Promise<T> => {
    await requireModel('The running host has loaded another version of the schema amid the import.')
    return write()
  }
  return {
    context: {
      project,
      clock: { now: () => Date.now() },
      random: { uuid: () => randomUUID() },
      limits: { ...DEFAULT_RUNTIME_LIMITS, ...limits },
      table: {
        ...table,
        createBulk: (items, options) => inTime(() => table.createBulk(items, options)),
        transactBulk: (groups) => inTime(() => table.transactBulk(groups)),
      },
    },
    waitForSql() {
      const head = store.feed.head()
      const position = () => store.feed.checkpoint(SQL_CONSUMER)
      return waitWhileNearing(position, async () => {
        if (position() >= head) return true
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
        return false
      })
    },
    close: () => store.close(),
  }
}
