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
    const result = await raw.executor.execute({
      query,
      variables: variables ?? null,
      operationName: operationName ?? null,
      requestId: raw.requestId,
    })
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

function refusal(status: number): string {
  if (status === 405) return 'The method is not allowed here: use POST, or GET for queries.'
  if (status === 406) return 'Accept must allow application/graphql-response+json or application/json.'
  if (status === 415) return 'The content type must be application/json in UTF-8.'
  return 'The request is not one of GraphQL over HTTP.'
}
