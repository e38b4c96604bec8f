import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { invariant } from '../../../errors/appError.js'
import { type FunctionSlice, workgroupName } from '../../../model/functions.js'
import { MODEL_FORMAT } from '../../../model/types.js'
import type { Clock, Logger, Random } from '../../../ports/system.js'
import { DEFAULT_RUNTIME_LIMITS, type RuntimeContext } from '../../../runtime/context.js'

/** What a deployment tells its functions, besides their slice. */
export const ENVIRONMENT_VARIABLES = [
  'DYNAMODB_TABLE_NAME',
  'S3_BUCKET_NAME',
  'ATHENA_DATABASE_NAME',
  'ATHENA_OUTPUT_LOCATION',
  'CASCADE_DELETION_QUEUE_URL',
  'DELETION_QUEUE_URL',
] as const

export type EnvironmentVariable = (typeof ENVIRONMENT_VARIABLES)[number]

/** The parts of the runtime's context that need no client. */
export type BareContext = Required<
  Pick<RuntimeContext, 'project' | 'clock' | 'random' | 'log' | 'limits' | 'remainingMs' | 'onTaskFinished'>
>

/** What a function makes its dependencies of, once for each container. */
export interface FunctionEnvironment {
  readonly slice: FunctionSlice
  /** Value of a variable. Throws when it is not set: only the log names it. */
  variable(name: EnvironmentVariable): string
  /** Name of the project's workgroup in Athena. */
  readonly workgroup: string
  /** Settings for every client: its requests end with the time of the running invocation. */
  readonly aws: { signal(): AbortSignal | undefined }
  readonly context: BareContext
}

/** As much of the running invocation as lives longer than it in clients and contexts. */
export interface CurrentInvocation {
  signal(): AbortSignal | undefined
  remainingMs(): number
  readonly log: Logger
  /** Notes one value among the metrics of the running invocation. */
  count(name: string): void
}

export function functionEnvironment(slice: FunctionSlice, current: CurrentInvocation): FunctionEnvironment {
  const { model, settings } = slice
  const limits = {
    ...DEFAULT_RUNTIME_LIMITS,
    years: settings.years,
    taskLifeSeconds: settings.taskDays * 24 * 60 * 60,
  }
  return {
    slice,
    variable(name) {
      const value = process.env[name]
      invariant(value, `the environment variable ${name} is not set`)
      return value
    },
    workgroup: workgroupName(model.name),
    aws: { signal: current.signal },
    context: {
      project: model,
      clock: CLOCK,
      random: RANDOM,
      log: current.log,
      limits,
      remainingMs: current.remainingMs,
      onTaskFinished: (status) => current.count(status === 'SUCCEEDED' ? 'TasksSucceeded' : 'TasksFailed'),
    },
  }
}

/** The slice that lies beside a function's code. Throws for one of another format. */
export function readSlice(): FunctionSlice {
  const folder = process.env.LAMBDA_TASK_ROOT ?? __dirname
  const slice = JSON.parse(readFileSync(join(folder, 'slice.json'), 'utf8')) as FunctionSlice
  invariant(
    slice.model.format === MODEL_FORMAT,
    `a model of format ${slice.model.format} is not of this code`,
  )
  return slice
}

const CLOCK: Clock = { now: () => Date.now() }
const RANDOM: Random = { uuid: () => randomUUID() }
