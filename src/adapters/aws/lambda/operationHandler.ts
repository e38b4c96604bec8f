import { AppError, invariant } from '../../../errors/appError.js'
import type { ErrorCode } from '../../../errors/codes.js'
import type { Json, JsonObject } from '../../../model/json.js'
import type { EntityOperation, OperationKind, StatementOperation } from '../../../model/types.js'
import { argumentTypes } from '../../../runtime/arguments/argumentTypes.js'
import { checkArguments } from '../../../runtime/arguments/checkArguments.js'
import { jsonAsText } from '../../../runtime/arguments/jsonAsText.js'
import { clientError } from '../../../runtime/clientError.js'
import { timedOut } from './deadline.js'
import type { FunctionEnvironment } from './environment.js'
import { defineFunction, type FunctionHandler, type Invocation } from './invocation.js'

/** What a resolver of AppSync sends: one call of one field. */
export interface ResolverEvent {
  /** Coerced by AppSync, with their defaults; AWSJSON is parsed. */
  readonly arguments: JsonObject
  readonly info: { readonly fieldName: string; readonly parentTypeName: string }
  /** AppSync's id of the request. */
  readonly requestId?: string | null
}

/**
 * What a resolver gets: the field's value, or a failure that its client is to know of. The function itself has done
 * well in both cases.
 */
export type ResolverAnswer =
  | { readonly data: Json }
  | { readonly error: { readonly type: ErrorCode; readonly message: string } }

type OperationOf<K extends OperationKind> = K extends EntityOperation['kind']
  ? EntityOperation
  : StatementOperation

/**
 * Makes the function of one kind of operation. Expected failures are answers, so that they count as no error of the
 * function; whatever else happens is thrown, counts as one, and is `Internal` for clients.
 */
export function operationHandler<K extends OperationKind, Context>(
  kind: K,
  handle: (context: Context, operation: OperationOf<K>, args: JsonObject) => Promise<Json>,
  open: (environment: FunctionEnvironment) => Context,
): FunctionHandler<ResolverEvent, ResolverAnswer> {
  return defineFunction({
    kind,
    open(environment) {
      const { model, operation } = environment.slice
      invariant(operation?.kind === kind, `the slice of this function is of another kind than ${kind}`)
      return {
        model,
        operation: operation as OperationOf<K>,
        declared: argumentTypes(model, operation),
        context: open(environment),
      }
    },
    async run(event, { model, operation, declared, context }, invocation) {
      const { signal } = invocation
      try {
        const args = jsonAsText(model, declared, event.arguments)
        checkArguments(model, declared, args)
        const data = await untilAborted(handle(context, operation, args), signal)
        invocation.log.debug('Answered', { apiRequestId: event.requestId })
        return { data }
      } catch (error) {
        const failure = signal.aborted ? timedOut() : clientError(error)
        if (!(failure instanceof AppError) || failure.code === 'Internal') throw error
        return answerOf(failure, event, invocation)
      }
    },
  })
}

/** Messages may hold values of arguments, so they are not for every log. */
function answerOf(failure: AppError, event: ResolverEvent, { log, metrics }: Invocation): ResolverAnswer {
  const { code, message } = failure
  metrics.failure(code)
  log.info('Answered with an error', { code, apiRequestId: event.requestId })
  log.debug('The error of the answer', { error: failure })
  return { error: { type: code, message } }
}

/** The outcome of some work; rejects at once when the signal fires, whether or not the work heeds it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    const abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
