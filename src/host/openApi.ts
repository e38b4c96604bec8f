import type { Logger } from '../ports/system.js'
import type { Auth } from '../server/auth.js'
import { createExecutor, type Executor } from '../server/execute.js'
import { type FetchHandler, fetchHandlerOf } from '../server/fetchHandler.js'
import type { RequestHandler } from '../server/httpMessage.js'
import type { ServerLimits } from '../server/limits.js'
import { createMetrics } from '../server/metrics.js'
import { createRequestHandler } from '../server/requestHandler.js'
import { hostStats } from './hostStats.js'
import type { Host } from './openHost.js'

export interface ApiOptions {
  readonly auth: Auth
  readonly limits?: Partial<ServerLimits>
  readonly log?: Logger
  /** Origins of other sites whose pages may call the API. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** Whether the GraphiQL page is served. Default true. */
  readonly graphiql?: boolean
  /** Whether `/metrics` tells of the process as well: memory, CPU, event loop. Default false. */
  readonly processMetrics?: boolean
}

/** The API of a host: the same answers by function call, by `fetch` and by Node's HTTP server. */
export interface Api {
  /** The executor of the host's present model. */
  executor(): Executor
  /** For `listen`. */
  readonly handler: RequestHandler
  readonly fetch: FetchHandler
}

/** Puts the API before a host. It follows the host's reloads. */
export function openApi(host: Host, options: ApiOptions): Api {
  const metrics = createMetrics({ processMetrics: options.processMetrics ?? false })
  host.observe({
    taskFinished: metrics.taskFinished,
    imageApplied({ changes, tookMs, lagMs }) {
      metrics.imageApplied(tookMs / 1000, changes)
      metrics.freshness(lagMs / 1000)
    },
  })
  let executor: { readonly of: Host['runtime']; readonly executor: Executor } | undefined
  const current = (): Executor => {
    if (executor?.of !== host.runtime) {
      executor = {
        of: host.runtime,
        executor: createExecutor(host.project, host.runtime, {
          observe: metrics.operation,
          ...(options.limits && { limits: options.limits }),
          ...(options.log && { logger: options.log }),
        }),
      }
    }
    return executor.executor
  }
  const handler = createRequestHandler({
    executor: current,
    auth: options.auth,
    stats: hostStats(host),
    metrics,
    ...(options.limits && { limits: options.limits }),
    ...(options.log && { logger: options.log }),
    ...(options.allowedOrigins && { allowedOrigins: options.allowedOrigins }),
    ...(options.graphiql !== undefined && { graphiql: options.graphiql }),
  })
  current()
  return { executor: current, handler, fetch: fetchHandlerOf(handler) }
}
