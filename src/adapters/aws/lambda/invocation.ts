import { AsyncLocalStorage } from 'node:async_hooks'
import { AppError } from '../../../errors/appError.js'
import type { FunctionKind, FunctionSlice } from '../../../model/functions.js'
import type { Logger } from '../../../ports/system.js'
import { startDeadline } from './deadline.js'
import { type FunctionEnvironment, functionEnvironment, readSlice } from './environment.js'
import { functionLog, logLevel } from './functionLog.js'
import { type FunctionMetrics, functionMetrics } from './functionMetrics.js'

/** As much of Lambda's context object as is used here. */
export interface LambdaContext {
  readonly awsRequestId: string
  readonly functionName: string
  readonly functionVersion: string
  getRemainingTimeInMillis(): number
}

/** One run of a function. */
export interface Invocation {
  /** Lambda's own. */
  readonly requestId: string
  readonly functionName: string
  /** True for the first run of its container. */
  readonly coldStart: boolean
  /** Its records carry the request, the function and the trace. */
  readonly log: Logger
  /** Written to CloudWatch when the run ends. */
  readonly metrics: FunctionMetrics
  /** Fires about a second before Lambda would end the function. Clients of `environment.aws` heed it by themselves. */
  readonly signal: AbortSignal
  /** Milliseconds that Lambda leaves to the function. */
  remainingMs(): number
}

export interface FunctionDefinition<Deps, Event, Result> {
  readonly kind: FunctionKind
  /** Makes clients and what stands on them: once for each container, at its first run. */
  open(environment: FunctionEnvironment): Deps
  /** Throws where Lambda is to count an error and, for events, to try again. */
  run(event: Event, deps: Deps, invocation: Invocation): Promise<Result>
}

/** What Lambda calls. */
export type FunctionHandler<Event, Result> = (event: Event, context: LambdaContext) => Promise<Result>

/**
 * Makes the handler of a function. Each run has its log, its metrics and its end: a run that goes on to the end of the
 * function's time throws `Timeout` before Lambda kills it.
 *
 * What is thrown is logged; Lambda, and whoever called the function, get its code and a message without details.
 *
 * @example export const handler = defineFunction({ kind: 'streamProcessor', open, run })
 */
export function defineFunction<Deps, Event, Result>(
  definition: FunctionDefinition<Deps, Event, Result>,
): FunctionHandler<Event, Result> {
  const running = new AsyncLocalStorage<Invocation>()
  let opened: { readonly slice: FunctionSlice; readonly deps: Deps } | undefined
  let isCold = true

  function open() {
    if (opened) return opened
    const slice = readSlice()
    const environment = functionEnvironment(slice, {
      signal: () => running.getStore()?.signal,
      remainingMs: () => running.getStore()?.remainingMs() ?? Number.POSITIVE_INFINITY,
      log: logOfTheMoment(running),
      count: (name) => running.getStore()?.metrics.add(name, 1, 'Count'),
    })
    opened = { slice, deps: definition.open(environment) }
    return opened
  }

  return async (event, context) => {
    const start = performance.now()
    const coldStart = isCold
    isCold = false
    const level = logLevel(process.env.LOG_LEVEL)
    const fields = fieldsOf(context, coldStart)
    const log = functionLog(level, fields)
    const deadline = startDeadline(() => context.getRemainingTimeInMillis())
    let metrics: FunctionMetrics | undefined
    try {
      const { slice, deps } = open()
      const { operation } = slice
      const own = operation ? { ...fields, operation: operation.field } : fields
      metrics = functionMetrics({ project: slice.model.name, kind: definition.kind }, own)
      const invocation: Invocation = {
        requestId: context.awsRequestId,
        functionName: context.functionName,
        coldStart,
        log: operation ? functionLog(level, own) : log,
        metrics,
        signal: deadline.signal,
        remainingMs: deadline.remainingMs,
      }
      const work = running.run(invocation, () => definition.run(event, deps, invocation))
      return await deadline.bound(work)
    } catch (error) {
      log.error('The function failed', { error })
      const failure = publicError(error)
      metrics?.failure(failure.name)
      throw failure
    } finally {
      deadline.clear()
      metrics?.add('Duration', performance.now() - start, 'Milliseconds')
      metrics?.add('ColdStart', coldStart ? 1 : 0, 'Count')
      metrics?.flush()
    }
  }
}

/** Goes to the log of whatever run is on, for what outlives a run. */
function logOfTheMoment(running: AsyncLocalStorage<Invocation>): Logger {
  const outside = functionLog('info', {})
  const log = () => running.getStore()?.log ?? outside
  return {
    debug: (message, fields) => log().debug(message, fields),
    info: (message, fields) => log().info(message, fields),
    warn: (message, fields) => log().warn(message, fields),
    error: (message, fields) => log().error(message, fields),
  }
}

function fieldsOf(context: LambdaContext, coldStart: boolean): Readonly<Record<string, unknown>> {
  const trace = process.env._X_AMZN_TRACE_ID
  return {
    function: context.functionName,
    version: context.functionVersion,
    requestId: context.awsRequestId,
    ...(trace && { traceId: trace }),
    coldStart,
  }
}

/** What may leave a function that fails. Lambda writes an error's name and message into its answer. */
function publicError(error: unknown): Error {
  const known = error instanceof AppError ? error : undefined
  const failure = new Error(known?.message ?? 'Something went wrong on our side.')
  failure.name = known?.code ?? 'Internal'
  // Lambda answers the stack, too; the log has the real one.
  failure.stack = `${failure.name}: ${failure.message}`
  return failure
}
