import { createExecutor, type ExecutorOptions } from '../../src/server/execute.js'
import { type Listening, type ListenOptions, listen } from '../../src/server/listen.js'
import { createRequestHandler, type HandlerOptions } from '../../src/server/requestHandler.js'
import { SHOP_PROJECT, type ShopRuntime, shopRuntime } from './shopProject.js'

export interface ShopServer extends Listening {
  readonly runtime: ShopRuntime
  readonly endpoint: string
}

export type ShopServerOptions = Partial<HandlerOptions> & {
  readonly execution?: ExecutorOptions
  readonly listening?: Partial<ListenOptions>
}

/** A real server on a free loopback port. */
export async function shopServer(options: ShopServerOptions = {}): Promise<ShopServer> {
  const runtime = shopRuntime()
  const { execution, listening, ...handling } = options
  const executor = createExecutor(SHOP_PROJECT, runtime, {
    ...(handling.limits ? { limits: handling.limits } : {}),
    ...execution,
  })
  const handler = createRequestHandler({ executor: () => executor, auth: { mode: 'none' }, ...handling })
  const server = await listen({ handler, port: 0, ...listening })
  return { ...server, runtime, endpoint: `${server.url}/graphql` }
}

/** Sends a GraphQL request and returns status and JSON. */
export async function post(
  endpoint: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly json: Answer; readonly headers: Headers }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, json: (await response.json()) as Answer, headers: response.headers }
}

export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly {
    readonly message: string
    readonly errorType: string
    readonly path?: readonly unknown[]
    readonly locations?: readonly { readonly line: number; readonly column: number }[]
    readonly extensions?: Readonly<Record<string, unknown>>
  }[]
}
