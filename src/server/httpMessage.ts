import type { ErrorCode } from '../errors/codes.js'
import { ApiError } from './apiError.js'

/** A request as the server needs it, whatever carried it. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query: `/graphql?query=…`. */
  readonly target: string
  /** Value of a header by its lower-case name. */
  header(name: string): string | undefined
  /** The body as UTF-8. Throws `BodyTooLarge` once it passes the limit, `ClientGone` when it does not come to its end. */
  text(maxBytes: number): Promise<string>
  /** Address of the socket's other end. Only a server that holds the socket may set it. */
  readonly remoteAddress?: string | undefined
}

export interface HttpResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
}

/** The one function that every host of the API calls. Never throws. */
export type RequestHandler = (request: HttpRequest) => Promise<HttpResponse>

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

export const JSON_TYPE = 'application/json; charset=utf-8'

/** An answer in the form of a GraphQL result, for what never came as far as GraphQL. */
export function errorResponse(
  status: number,
  code: ErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const body = JSON.stringify({ errors: [new ApiError(code, message)] })
  return { status, headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store', ...headers }, body }
}

export function jsonResponse(status: number, value: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': JSON_TYPE, 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  }
}
