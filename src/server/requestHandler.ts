import { randomUUID } from 'node:crypto'
import type { Logger } from '../ports/system.js'
import { type Auth, createGuard } from './auth.js'
import { corsHeaders, preflightResponse } from './cors.js'
import type { Executor } from './execute.js'
import { graphiqlAsset, graphiqlPage } from './graphiql.js'
import { type GraphqlOutcome, handleGraphql } from './graphqlEndpoint.js'
import {
  BodyTooLarge,
  ClientGone,
  errorResponse,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  type RequestHandler,
} from './httpMessage.js'
import { type ServerLimits, serverLimits } from './limits.js'
import { createMetrics, type Metrics, type Route } from './metrics.js'
import { healthJson, NO_STATS, type ServerStats } from './stats.js'
import { INTERNAL_MESSAGE } from './translateError.js'

export interface HandlerOptions {
  /** Asked for each request, so that a reloaded schema takes over between two of them. */
  readonly executor: () => Executor
  readonly auth: Auth
  readonly limits?: Partial<ServerLimits>
  readonly logger?: Logger
  /** What `/health` and `/metrics` tell. Default: nothing to tell. */
  readonly stats?: ServerStats
  readonly metrics?: Metrics
  /** Origins of other sites whose pages may call the API, as browsers send them: `https://shop.example`. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** Whether the GraphiQL page is served. It holds no data; what it asks for needs a key like any request. Default true. */
  readonly graphiql?: boolean
  /** Path that the endpoints stand under, such as `/api`. Default: any, so that a host may mount the handler anywhere. */
  readonly basePath?: string
}

/** What a request's log line and metrics are made of. */
interface Handled {
  readonly route: Route
  readonly response: HttpResponse
  readonly outcome?: GraphqlOutcome
}

/**
 * Makes the handler of `/graphql`, `/health`, `/metrics` and the GraphiQL page. One core for all hosts: see
 * `createFetchHandler` for WHATWG requests, `listen` for Node's server.
 */
export function createRequestHandler(options: HandlerOptions): RequestHandler {
  const {
    logger,
    stats = NO_STATS,
    metrics = createMetrics(),
    allowedOrigins = [],
    graphiql = true,
  } = options
  const limits = serverLimits(options.limits)
  const guard = createGuard(options.auth, { allowedOrigins })
  const guardMetrics = createGuard(options.auth, { allowedOrigins, bearer: true })
  let inFlight = 0

  return async (request) => {
    const start = performance.now()
    const requestId = requestIdOf(request)
    const handled = await handle(request, requestId).catch((error: unknown): Handled => {
      logger?.error('A request failed inside', { requestId, error })
      return { route: 'other', response: errorResponse(500, 'Internal', INTERNAL_MESSAGE) }
    })
    const { route, response, outcome } = handled
    const seconds = (performance.now() - start) / 1000
    metrics.request(route, response.status, seconds)
    // Probes and scrapes come every few seconds and say nothing.
    logger?.[route === 'graphql' || response.status >= 400 ? 'info' : 'debug']('request', {
      requestId,
      method: request.method,
      route,
      status: response.status,
      ms: Math.round(seconds * 1e5) / 100,
      ...(outcome?.operationName === undefined ? {} : { operationName: outcome.operationName }),
      ...(outcome && outcome.errorTypes.length > 0 ? { errorTypes: outcome.errorTypes } : {}),
    })
    return {
      ...response,
      headers: {
        ...response.headers,
        ...corsHeaders(request, allowedOrigins),
        'x-request-id': requestId,
        'x-content-type-options': 'nosniff',
      },
    }
  }

  async function handle(request: HttpRequest, requestId: string): Promise<Handled> {
    const path = endpointPath(request.target, options.basePath)
    const reading = request.method === 'GET' || request.method === 'HEAD'
    // The root takes requests too: it is the URL that people have, and the page is there as well.
    if (path === '/graphql' || (path === '/' && !reading)) {
      if (request.method === 'OPTIONS') {
        return { route: 'graphql', response: preflightResponse(request, allowedOrigins) }
      }
      if (graphiql && reading && wantsPage(request)) return page(request)
      return graphql(request, requestId)
    }
    if (path === '/health' && reading) return health()
    if (path === '/metrics' && reading) return scrape(request)
    if (path === '/' && graphiql && reading) return page(request)
    if (path?.startsWith('/graphiql/') && graphiql && reading) {
      const response = await graphiqlAsset(path.slice('/graphiql/'.length), request)
      if (response) return { route: 'graphiql', response }
    }
    if (path === '/health' || path === '/metrics') {
      const response = errorResponse(405, 'BadInput', 'Only GET is allowed here.', { allow: 'GET, HEAD' })
      return { route: 'other', response }
    }
    return {
      route: 'other',
      response: errorResponse(404, 'NotFound', 'There is nothing here: the API is at /graphql.'),
    }
  }

  async function graphql(request: HttpRequest, requestId: string): Promise<Handled> {
    const refused = guard(request)
    if (refused) return { route: 'graphql', response: refused }
    if (inFlight >= limits.maxConcurrentRequests) {
      const message = 'Too many requests at the same time: try again.'
      return { route: 'graphql', response: errorResponse(503, 'Throttled', message, { 'retry-after': '1' }) }
    }
    inFlight += 1
    try {
      const body = request.method === 'POST' ? await request.text(limits.maxBodyBytes) : ''
      const outcome = await handleGraphql(request, body, options.executor(), requestId)
      return { route: 'graphql', response: outcome.response, outcome }
    } catch (error) {
      if (error instanceof ClientGone) {
        return { route: 'graphql', response: errorResponse(400, 'BadInput', 'The body ended too early.') }
      }
      if (!(error instanceof BodyTooLarge)) throw error
      const message = `The body is larger than ${limits.maxBodyBytes.toLocaleString('en-US')} bytes.`
      // The rest of the body is not read, so the connection can't be used again.
      return { route: 'graphql', response: errorResponse(413, 'BadInput', message, { connection: 'close' }) }
    } finally {
      inFlight -= 1
    }
  }

  async function health(): Promise<Handled> {
    const state = await stats.health()
    return { route: 'health', response: jsonResponse(state.ok ? 200 : 503, healthJson(state)) }
  }

  async function scrape(request: HttpRequest): Promise<Handled> {
    const refused = guardMetrics(request)
    if (refused) return { route: 'metrics', response: refused }
    const body = await metrics.render(await stats.read())
    const headers = { 'content-type': metrics.contentType, 'cache-control': 'no-store' }
    return { route: 'metrics', response: { status: 200, headers, body } }
  }

  async function page(request: HttpRequest): Promise<Handled> {
    return { route: 'graphiql', response: await graphiqlPage(request) }
  }
}

/** Path within the server; undefined outside the base path. */
function endpointPath(target: string, basePath: string | undefined): string | undefined {
  const end = target.indexOf('?')
  const path = end === -1 ? target : target.slice(0, end)
  if (basePath !== undefined) {
    const base = basePath.endsWith('/') ? basePath.slice(0, -1) : basePath
    return path.startsWith(`${base}/`) ? path.slice(base.length) : undefined
  }
  const asset = path.lastIndexOf('/graphiql/')
  return asset === -1 ? path.slice(path.lastIndexOf('/')) : path.slice(asset)
}

/** True for a browser that opens the address, false for a program that asks for data. */
function wantsPage(request: HttpRequest): boolean {
  const accept = request.header('accept') ?? ''
  return (
    accept.includes('text/html') &&
    !accept.includes('application/json') &&
    !accept.includes('graphql-response')
  )
}

/** The client's id when it is harmless, else a new one. */
function requestIdOf(request: HttpRequest): string {
  const given = request.header('x-request-id')
  return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}
