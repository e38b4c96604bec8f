import type { HttpRequest, HttpResponse } from './httpMessage.js'

/** Headers that let pages of other sites read an answer; none for a site that is not on the list. */
export function corsHeaders(
  request: HttpRequest,
  allowedOrigins: readonly string[],
): Readonly<Record<string, string>> {
  if (allowedOrigins.length === 0) return {}
  const origin = request.header('origin')
  // Answers differ by origin, whether or not this one is allowed: caches must know.
  if (origin === undefined || !allowedOrigins.includes(origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'x-request-id, retry-after',
  }
}

/** Answer to a browser's question whether it may send a request. It needs no key, and says nothing but yes or no. */
export function preflightResponse(request: HttpRequest, allowedOrigins: readonly string[]): HttpResponse {
  const allowed = corsHeaders(request, allowedOrigins)
  const permissions =
    allowed['access-control-allow-origin'] === undefined
      ? {}
      : {
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'accept, content-type, x-api-key, x-request-id',
          'access-control-max-age': '600',
        }
  return { status: 204, headers: { ...allowed, ...permissions, allow: 'GET, POST, OPTIONS' }, body: null }
}
