import { createHandler } from 'graphql-http'
import type { ErrorCode } from '../errors/codes.js'
import { ApiError } from './apiError.js'
import type { ApiResult, Executor } from './execute.js'
import { errorResponse, type HttpRequest, type HttpResponse } from './httpMessage.js'

/** What the log says of a request besides its line: never a value of an argument. */
export interface GraphqlOutcome {
  readonly response: HttpResponse
  readonly operationName?: string | undefined
  /** Codes of the answer's errors. */
  readonly errorTypes: readonly ErrorCode[]
}

/** What one request carries through graphql-http. */
interface Exchange {
  readonly executor: Executor
  readonly requestId: string
  operationName?: string | undefined
  errorTypes: readonly ErrorCode[]
  /** What ran and gave data. */
  result?: ApiResult
  /** What ran before graphql-http was asked, and gave no data: it chooses the status. */
  refused?: ApiResult
}

/** Stands for a result while graphql-http chooses its status and media type, both of which rest on `data` alone. */
const PLACEHOLDER = { data: null }

/**
 * GraphQL over HTTP after its specification, whose rules are graphql-http's: methods, media types, parameters, and
 * which status belongs to which answer. Errors of all sorts get the API's form.
 */
export async function handleGraphql(
  request: HttpRequest,
  body: string,
  executor: Executor,
  requestId: string,
): Promise<GraphqlOutcome> {
  const exchange: Exchange = { executor, requestId, errorTypes: [] }
  const direct = directRequest(request, body)
  if (direct) {
    const { query, variables, operationName = null } = direct.params
    const result = await executor.execute({ query, variables: variables ?? null, operationName, requestId })
    if (result.data !== undefined) {
      return {
        response: {
          status: 200,
          headers: { 'cache-control': 'no-store', 'content-type': `${direct.mediaType}; charset=utf-8` },
          body: JSON.stringify(result),
        },
        operationName: operationName ?? undefined,
        errorTypes: result.errors?.map((error) => error.errorType) ?? [],
      }
    }
    exchange.refused = result
  }
  const [text, { status, headers }] = await protocol({
    method: request.method,
    url: request.target,
    headers: { get: (name: string) => request.header(name) ?? null },
    body,
    raw: exchange,
    context: undefined,
  })
  const { operationName, errorTypes, result } = exchange
  if (text === null) {
    return { response: errorResponse(status, 'BadInput', refusal(status), headers), errorTypes: ['BadInput'] }
  }
  return {
    response: {
      status,
      headers: { 'cache-control': 'no-store', ...headers },
      // graphql-http's own text is the same, but made with a replacer that sees every value: five times slower.
      body: result ? JSON.stringify(result) : text,
    },
    operationName,
    errorTypes,
  }
}

const protocol = createHandler<Exchange, undefined>({
  async onSubscribe({ method, raw }, { query, variables, operationName }) {
    raw.operationName = operationName ?? undefined
    if (method === 'GET' && raw.executor.operationType(query, operationName) === 'mutation') {
      const message = 'A mutation needs POST; GET is for queries only.'
      const { body, status, headers } = errorResponse(405, 'BadInput', message, { allow: 'POST' })
      raw.errorTypes = ['BadInput']
      return [body as string, { status, statusText: '', headers }]
    }
    const result =
      raw.refused ??
      (await raw.executor.execute({
        query,
        variables: variables ?? null,
        operationName: operationName ?? null,
        requestId: raw.requestId,
      }))
    raw.errorTypes = result.errors?.map((error) => error.errorType) ?? []
    // A result without data is a refused request, which graphql-http gives another status.
    if (result.data === undefined) return result.errors ?? []
    raw.result = result
    return PLACEHOLDER
  },
  formatError(error) {
    // What is no GraphQL error comes from graphql-http itself, and is about the parameters of the request.
    return error instanceof ApiError ? error : new ApiError('BadInput', `${error.message}.`)
  },
})

interface DirectRequest {
  readonly mediaType: 'application/json' | 'application/graphql-response+json'
  readonly params: {
    readonly query: string
    readonly variables?: Readonly<Record<string, unknown>> | null
    readonly operationName?: string | null
  }
}

/** What nearly every client sends, by the text of its header. */
const ACCEPTED: ReadonlyMap<string, DirectRequest['mediaType']> = new Map([
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
])
const CONTENT_TYPES = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
])

/**
 * A request in the form that nearly all have, which leaves nothing to decide about its protocol. Undefined for any other
 * form, and for whatever is wrong: those are for graphql-http, which takes a quarter of a short request's time.
 */
function directRequest(request: HttpRequest, body: string): DirectRequest | undefined {
  if (request.method !== 'POST' || !CONTENT_TYPES.has(request.header('content-type') ?? '')) return undefined
  const mediaType = ACCEPTED.get(request.header('accept') ?? '')
  if (!mediaType) return undefined
  let params: unknown
  try {
    params = JSON.parse(body)
  } catch {
    return undefined
  }
  if (!isObject(params) || typeof params.query !== 'string') return undefined
  const { variables, operationName, extensions } = params
  if (!isAbsent(variables) && !isObject(variables)) return undefined
  if (!isAbsent(extensions) && !isObject(extensions)) return undefined
  if (!isAbsent(operationName) && typeof operationName !== 'string') return undefined
  return { mediaType, params: params as DirectRequest['params'] }
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refusal(status: number): string {
  if (status === 405) return 'The method is not allowed here: use POST, or GET for queries.'
  if (status === 406) return 'Accept must allow application/graphql-response+json or application/json.'
  if (status === 415) return 'The content type must be application/json in UTF-8.'
  return 'The request is not one of GraphQL over HTTP.'
}
