import { GraphQLError, type GraphQLErrorOptions, type GraphQLFormattedError } from 'graphql'
import type { ErrorCode } from '../errors/codes.js'

/** An error in the API's form: its code stands at the top as `errorType`, as AppSync has it, and in `extensions.code`. */
export interface ApiErrorJson extends GraphQLFormattedError {
  readonly errorType: ErrorCode
}

/** A GraphQL error with one of the API's codes. Its JSON is what clients get. */
export class ApiError extends GraphQLError {
  readonly errorType: ErrorCode

  constructor(code: ErrorCode, message: string, options: GraphQLErrorOptions = {}) {
    super(message, { ...options, extensions: { ...options.extensions, code } })
    this.errorType = code
  }

  override toJSON(): ApiErrorJson {
    return { ...super.toJSON(), errorType: this.errorType }
  }
}
