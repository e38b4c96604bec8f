import {
  BATCHES_FUNCTIONS,
  DEFAULT_FUNCTION_SETTINGS,
  type FunctionKind,
  type FunctionSettings,
  PROJECT_FUNCTIONS,
  type ProjectFunctionKind,
} from '../../model/functions.js'
import type { Operation, Project } from '../../model/types.js'
import type { AlarmsConfig, LogLevel, LogRetention } from './ocgConfig.js'

/** All that a deployment goes by besides the model, every default in its place. */
export interface DeploymentSettings {
  /** Name of the project without its environment. */
  readonly baseName: string
  readonly environment?: string
  /** What functions carry. */
  readonly function: FunctionSettings
  readonly kinds: Readonly<Record<FunctionKind, FunctionOptions>>
  /** By field of the API. */
  readonly operations: Readonly<Record<string, FunctionOptions>>
  readonly logLevel: LogLevel
  /** Of logs that are no function's. */
  readonly logRetentionDays: LogRetention
  readonly xray: boolean
  readonly api: {
    readonly keyDays: number
    readonly queryDepthLimit: number
    readonly resolverCountLimit: number
  }
  readonly maxScannedMb: number
  readonly stream: {
    readonly batchSize: number
    readonly windowSeconds: number
    readonly retries: number
    readonly maxAgeSeconds: number
  }
  readonly queues: { readonly maxReceiveCount: number }
  readonly alarms: AlarmsConfig
  readonly tags: Readonly<Record<string, string>>
}

export interface FunctionOptions {
  readonly memoryMb: number
  readonly timeoutSeconds: number
  /** Absent: whatever the account has. */
  readonly concurrency?: number
  readonly logRetentionDays: LogRetention
}

/** Options of one function: its operation's own, else its kind's. */
export function optionsOf(
  settings: DeploymentSettings,
  planned: { readonly kind: FunctionKind; readonly operation?: Operation },
): FunctionOptions {
  const own = planned.operation && settings.operations[planned.operation.field]
  return own ?? settings.kinds[planned.kind]
}

export function isProjectFunction(kind: FunctionKind): kind is ProjectFunctionKind {
  return ([...PROJECT_FUNCTIONS, ...BATCHES_FUNCTIONS] as readonly FunctionKind[]).includes(kind)
}

/** The project under the name that it has in an environment: `shop-dev`. */
export function projectOf(project: Project, environment: string | undefined): Project {
  return environment === undefined ? project : { ...project, name: `${project.name}-${environment}` }
}

const API: Omit<FunctionOptions, 'logRetentionDays'> = { memoryMb: 1024, timeoutSeconds: 30 }
const LISTENER = { memoryMb: 1024, timeoutSeconds: 900, concurrency: 10 } as const

/** The contract's table of functions. */
export const DEFAULT_OPTIONS: Readonly<Record<FunctionKind, Omit<FunctionOptions, 'logRetentionDays'>>> = {
  create: API,
  read: API,
  update: API,
  delete: API,
  list: API,
  insertRelation: API,
  syncQuery: API,
  triggerTask: API,
  taskResult: API,
  executionTracker: { memoryMb: 512, timeoutSeconds: 300 },
  streamProcessor: { memoryMb: 1024, timeoutSeconds: 300, concurrency: 10 },
  cascadeListener: LISTENER,
  deletionListener: LISTENER,
  lakeKeeper: { memoryMb: 1024, timeoutSeconds: 900 },
}

export const DEFAULTS = {
  function: DEFAULT_FUNCTION_SETTINGS,
  logLevel: 'INFO',
  logRetentionDays: 30,
  xray: false,
  api: { keyDays: 365, queryDepthLimit: 15, resolverCountLimit: 50 },
  maxScannedMb: 10_240,
  stream: { batchSize: 100, windowSeconds: 0, retries: 10_000, maxAgeSeconds: 21_600 },
  queues: { maxReceiveCount: 5 },
  layout: 'batches',
} as const

/**
 * What is otherwise in layout `batches`: each call of the stream processor makes an object for each table, so few calls
 * with many changes each are better than many with few.
 */
export const BATCHES_DEFAULTS = {
  stream: { ...DEFAULTS.stream, batchSize: 1000, windowSeconds: 2 },
  /** Batches of a shard at the same time. */
  concurrency: 1,
} as const
