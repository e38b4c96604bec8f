import type { FunctionKind } from '../../model/functions.js'
import type { LakeLayout } from '../../model/lakeLayout.js'

/** What `ocg.config.ts` exports as its default. Everything is optional. */
export interface OcgConfig extends EnvironmentConfig {
  /** The project's name, as `-n` gives it. Default: the name of the current folder. */
  readonly name?: string
  /** Schema files, or folders of them, as `-f` gives them; relative to this file. Default: `schema.graphql`. */
  readonly file?: string | readonly string[]
  /** Folder of the embedded host's data, as `--data` gives it; relative to this file. Default: `.ocg/{name}`. */
  readonly data?: string
  /**
   * Types and join tables that grow large. A statement that reads one without a condition on `year`, `month` or `day` is
   * warned of. Default: none.
   */
  readonly large?: readonly string[]
  /** The environment when `--env` gives none. Default: none. */
  readonly env?: string
  /** What differs in an environment (`--env prod`), over what stands outside. Names have 1 to 6 characters. */
  readonly environments?: { readonly [environment: string]: EnvironmentConfig }
}

export interface EnvironmentConfig {
  readonly functions?: FunctionsConfig
  /** Days that logs are kept. Default: 30. */
  readonly logRetentionDays?: LogRetention
  /** Default: `INFO`. */
  readonly logLevel?: LogLevel
  /** Traces of X-Ray, of the API and of every function. Default: false. */
  readonly xray?: boolean
  readonly api?: ApiConfig
  /** First and last year of `createdAt` that the lake knows. Default: 2020 to 2035. */
  readonly years?: { readonly first: number; readonly last: number }
  /** Life of a task and of its result, in days. Default: 30. */
  readonly taskDays?: number
  readonly lake?: LakeConfig
  readonly sql?: SqlConfig
  readonly stream?: StreamConfig
  readonly queues?: QueuesConfig
  readonly alarms?: AlarmsConfig
  /** Tags of every resource, besides `project` and `environment`. */
  readonly tags?: { readonly [key: string]: string }
}

export interface FunctionsConfig {
  /** By kind: `{ syncQuery: { memoryMb: 2048 } }`. */
  readonly kinds?: { readonly [kind in FunctionKind]?: FunctionConfig }
  /** By the name of a field of the API, over its kind: `{ createOrder: { concurrency: 20 } }`. */
  readonly operations?: { readonly [field: string]: FunctionConfig }
}

export interface FunctionConfig {
  /** 128 to 10,240 MB. Default: 1,024, of the execution tracker 512. */
  readonly memoryMb?: number
  /**
   * Seconds. A field of the API has at most 30, as AppSync waits no longer; the others 900. Default: 30; of the stream
   * processor and the execution tracker 300, of the listeners and the lake keeper 900.
   */
  readonly timeoutSeconds?: number
  /**
   * How much runs at once. Of a field of the API and of the execution tracker: executions that are reserved for it
   * (default: none, it shares the account's). Of the stream processor: batches of a shard, 1 to 10 (default 1, with
   * layout `rows` 10). Of a listener: batches of its queue, 2 to 1,000 (default 10).
   */
  readonly concurrency?: number
  /** Days that logs of this function are kept. */
  readonly logRetentionDays?: LogRetention
}

export interface ApiConfig {
  /** Days from a deployment until its API key expires, 2 to 365. Default: 365. */
  readonly keyDays?: number
  /** Levels of a request, 1 to 75. Default: 15. */
  readonly queryDepthLimit?: number
  /** Fields of `Query` and `Mutation` that one request may ask for, 1 to 10,000. Default: 50. */
  readonly resolverCountLimit?: number
}

export interface LakeConfig {
  /**
   * `rows`: an object of S3 a row, for small data. `batches`: recent changes in batches over an Iceberg table, for data
   * of any size. Default: `batches`.
   */
  readonly layout?: LakeLayout
  /**
   * Embedded: seconds from one publication of the Parquet lake to the next, 1 to 86,400; 0: only `ocg lake publish`
   * publishes it. Default: 60.
   */
  readonly publishSeconds?: number
  /** Embedded: compression of the Parquet lake's files that are written from now on. Default: `snappy`. */
  readonly compression?: 'snappy' | 'zstd'
}

export interface SqlConfig {
  /** MB that a statement may scan before Athena stops it, at least 10. Default: 10,240. */
  readonly maxScannedMb?: number
  /** How old a result may be that is given out again for the same statement, in minutes; 0, the default: never. */
  readonly resultReuseMinutes?: number
}

/** How changes are handed to the stream processor. With layout `batches` each call makes an object for each table in it. */
export interface StreamConfig {
  /** 1 to 1,000 changes. Default: 1,000; with layout `rows` 100. */
  readonly batchSize?: number
  /** Seconds to wait for a full batch, 0 to 300. Default: 2; with layout `rows` 0. */
  readonly windowSeconds?: number
  /** Tries of a batch after the first, 0 to 10,000. Default: 10,000, so that its age bounds it. */
  readonly retries?: number
  /** Age at which a change is given up and noted in the dead-letter queue, 60 to 86,400 s. Default: 21,600. */
  readonly maxAgeSeconds?: number
}

export interface QueuesConfig {
  /** Deliveries of a message before it goes to the dead-letter queue, 1 to 1,000. Default: 5. */
  readonly maxReceiveCount?: number
}

export interface AlarmsConfig {
  /** Alarms are mailed to this address, through a topic of the project's own. */
  readonly email?: string
  /** Alarms go to this topic of SNS. */
  readonly topicArn?: string
}

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The periods that CloudWatch Logs knows. */
export const LOG_RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const
export type LogRetention = (typeof LOG_RETENTIONS)[number]

/** Gives a configuration its types: `export default defineConfig({ xray: true })`. */
export function defineConfig(config: OcgConfig): OcgConfig {
  return config
}
