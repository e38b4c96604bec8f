import { GraphQLError } from 'graphql'
import { AppError } from '../errors/appError.js'
import { ApiError } from './apiError.js'

/** What clients read when the fault is ours. */
export const INTERNAL_MESSAGE = 'Something went wrong on our side.'

/**
 * Turns an error of graphql-js into one for clients. `AppError` keeps its code and message; what graphql-js says
 * about the request itself is `BadInput`; everything else is `Internal`, without a detail but the request id.
 *
 * `report` gets what clients may not see.
 */
export function translateError(
  error: GraphQLError,
  requestId: string,
  report: (cause: unknown, path: GraphQLError['path']) => void,
): ApiError {
  if (error instanceof ApiError) return error
  const { nodes, source, positions, path } = error
  const place = {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
  }
  const cause = error.originalError
  if (cause instanceof AppError) {
    if (cause.code === 'Internal') report(cause, path)
    const extensions = cause.code === 'Internal' ? { requestId } : {}
    return new ApiError(cause.code, cause.message, { ...place, originalError: cause, extensions })
  }
  if (isRequestFault(error)) return new ApiError('BadInput', error.message, { ...place })
  report(cause ?? error, path)
  return new ApiError('Internal', INTERNAL_MESSAGE, { ...place, extensions: { requestId } })
}

/**
 * True for what graphql-js finds in a document or its variables. Errors without a path came before any resolver. One
 * with a path is about an argument when it points into the document by itself; a value that does not fit its result
 * type, a fault of ours, does not.
 */
function isRequestFault(error: GraphQLError): boolean {
  if (error.path === undefined)
    return error.originalError === undefined || error.originalError instanceof GraphQLError
  return error.originalError instanceof GraphQLError && error.originalError.nodes !== undefined
}
