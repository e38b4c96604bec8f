import type { PreparedWorker } from '../../adapters/embedded/sql/workerClient.js'
import type { Host, LakeOptions } from '../../host/openHost.js'
import type { Project } from '../../model/types.js'
import type { Logger } from '../../ports/system.js'
import type { RuntimeLimits } from '../../runtime/context.js'
import type { Auth } from '../../server/auth.js'
import { CliError } from '../cliError.js'
import type { Output } from '../output.js'
import { endOnDamage } from './endOnFailure.js'
import type { ServingOptions } from './servingOptions.js'

/** A host that answers HTTP requests. */
export interface Serving {
  readonly host: Host
  /** `http://127.0.0.1:4000` */
  readonly url: string
  /** Lets running requests end, then lets go of the folder. */
  close(): Promise<void>
}

export interface StartServing {
  readonly project: Project
  readonly folder: string
  readonly options: ServingOptions
  /** Default: the runtime's. */
  readonly limits: Partial<RuntimeLimits>
  /** Default: the host's. */
  readonly lake?: LakeOptions
  readonly auth: Auth
  readonly log: Logger
  /** Called when another process has taken the folder over. */
  readonly onLost: () => void
  /** From `prepareSql`. */
  readonly preparedSql?: PreparedWorker
}

/** How long the start waits for SQL. It takes a fifth of a second when its image is there, or the folder empty. */
const SQL_START_MS = 1000

/** Opens the data folder and listens. Throws `CliError` for a port that is taken, `DataFolderError` for the folder. */
export async function startServing({
  project,
  folder,
  options,
  limits,
  auth,
  log,
  onLost,
  preparedSql,
  lake,
}: StartServing): Promise<Serving> {
  const { openHost, openApi, listen, ListenError } = await loadServing()
  const host = await openHost({
    project,
    folder,
    log,
    limits,
    onLost,
    onDamage: endOnDamage(log),
    ...(lake && { lake }),
    ...(preparedSql && { preparedSql }),
  })
  try {
    const api = openApi(host, {
      auth,
      log,
      processMetrics: true,
      ...(options.allowOrigin && { allowedOrigins: options.allowOrigin }),
    })
    const listening = await listen({
      handler: api.handler,
      host: options.host,
      port: options.port,
      logger: log,
    })
    await host.store.hostLock.setUrl(listening.url)
    // Healthy from its first moment on, unless SQL has much to prepare: statements wait for it by themselves.
    await host.sql.waitUntilReady(SQL_START_MS)
    return {
      host,
      url: listening.url,
      async close() {
        await listening.close()
        await host.close()
      },
    }
  } catch (error) {
    await host.close()
    if (error instanceof ListenError)
      throw new CliError('environment', error.message, { hint: error.hint, cause: error })
    throw error
  }
}

/** Loads what serving needs. Called early, it goes on while the schema is being compiled. */
export async function loadServing() {
  const [{ openHost }, { openApi }, { listen, ListenError }] = await Promise.all([
    import('../../host/openHost.js'),
    import('../../host/openApi.js'),
    import('../../server/listen.js'),
  ])
  return { openHost, openApi, listen, ListenError }
}

/** Starts the process that runs SQL while the schema is being read: both take their time. */
export async function prepareSql(): Promise<PreparedWorker> {
  const [{ prepareWorker }, { sqlLimits }] = await Promise.all([
    import('../../adapters/embedded/sql/workerClient.js'),
    import('../../adapters/embedded/sql/sqlLimits.js'),
  ])
  return prepareWorker(sqlLimits())
}

/** The log of a serving process: lines for people on a terminal, JSON elsewhere. */
export async function servingLog(options: ServingOptions, output: Output): Promise<Logger> {
  const { createLogger } = await import('../../server/logger.js')
  return createLogger({
    level: options.logLevel,
    format: output.interactive && !output.json ? 'pretty' : 'json',
    color: output.colors.isColorSupported,
  })
}
