import { BodyTooLarge, ClientGone, type HttpRequest, type RequestHandler } from './httpMessage.js'
import { createRequestHandler, type HandlerOptions } from './requestHandler.js'

/** A handler of WHATWG requests: mounts in Hono, Next.js, Bun, Deno and whatever speaks `fetch`. Never throws. */
export type FetchHandler = (request: Request) => Promise<Response>

/**
 * The API as one function from `Request` to `Response`. It can't see sockets, so `loopbackFree` lets nobody in
 * without a key here.
 *
 * @example app.all('/api/*', (c) => fetchHandler(c.req.raw))
 */
export function createFetchHandler(options: HandlerOptions): FetchHandler {
  return fetchHandlerOf(createRequestHandler(options))
}

/** The same for a handler that Node's server uses too, so that both share its limits and metrics. */
export function fetchHandlerOf(handle: RequestHandler): FetchHandler {
  return async (request) => {
    const { status, headers, body } = await handle(toHttpRequest(request))
    // TypeScript's `BodyInit` wants to know that the bytes are not shared memory.
    const content = request.method === 'HEAD' ? null : (body as string | Uint8Array<ArrayBuffer> | null)
    return new Response(content, { status, headers })
  }
}

function toHttpRequest(request: Request): HttpRequest {
  const { pathname, search } = new URL(request.url)
  return {
    method: request.method.toUpperCase(),
    target: pathname + search,
    header: (name) => request.headers.get(name) ?? undefined,
    text: (maxBytes) => readText(request, maxBytes),
  }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  if (length > maxBytes) throw new BodyTooLarge()
  // A server that says the length holds the body to it; `text` then takes a third of the time.
  if (length >= 0) {
    return request.text().catch((cause: unknown) => {
      throw new ClientGone('The body could not be read.', { cause })
    })
  }
  if (!request.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const reader = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new ClientGone('The body could not be read.', { cause })
    })
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel().catch(() => {})
      throw new BodyTooLarge()
    }
    text += decoder.decode(value, { stream: true })
  }
}
