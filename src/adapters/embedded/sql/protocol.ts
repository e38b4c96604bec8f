import type { Project } from '../../../model/types.js'
import type { SqlFailureReason, SqlRow } from '../../../ports/sqlEngine.js'
import type { SqlLimits } from './sqlLimits.js'

/** What the parts of the model are that the image needs. */
export type ImageModel = Pick<Project, 'entities' | 'joinTables' | 'valueTypes'>

/** First message to a worker. */
export interface OpenMessage {
  readonly kind: 'open'
  readonly folder: string
  readonly model: ImageModel
  readonly limits: SqlLimits
}

/** Something was committed: look at the feed. `urgent`: somebody waits for it. */
export interface WakeMessage {
  readonly kind: 'wake'
  readonly urgent: boolean
}

/** Ends a `run` before its time. */
export interface StopMessage {
  readonly kind: 'stop'
  readonly request: number
  readonly reason: SqlFailureReason
}

/** Runs one statement on a snapshot of what is applied now. Not before `ready`. */
export interface RunCommand {
  readonly kind: 'run'
  readonly sql: string
  readonly timeoutMs: number
  readonly maxRows: number
  readonly maxBytes: number
  /** Absent: the rows are in the answer. */
  readonly resultFile?: string
}

export interface ReloadCommand {
  readonly kind: 'reload'
  readonly model: ImageModel
}

export interface ExportCommand {
  readonly kind: 'export'
  readonly folder: string
}

/** Ends the worker cleanly; its exit is the answer. */
export interface CloseCommand {
  readonly kind: 'close'
}

/** What asks for an answer, and the answer's type. */
export interface Answers {
  readonly run: RunAnswer
  readonly reload: null
  readonly export: ExportedLake
  readonly close: null
}

export type Command = RunCommand | ReloadCommand | ExportCommand | CloseCommand

export interface RunAnswer {
  readonly columns: readonly string[]
  readonly rowCount: number
  /** Empty when they went into a file. */
  readonly rows: readonly SqlRow[]
}

export interface ExportedLake {
  readonly tables: number
  readonly files: number
  readonly rows: number
}

export type ToWorker =
  | OpenMessage
  | WakeMessage
  | StopMessage
  | { readonly kind: 'command'; readonly request: number; readonly command: Command }

/** Position of the image after a transaction. `lagMs` is the age of the oldest change in it. */
export interface AppliedEvent {
  readonly kind: 'applied'
  readonly position: number
  readonly changes: number
  readonly lagMs: number
  readonly tookMs: number
}

/** How far a long piece of work is: making tables of the image, or exporting them. */
export interface ProgressEvent {
  readonly kind: 'progress'
  readonly work: 'image' | 'export'
  readonly table: string
  readonly rows: number
}

export interface LogEvent {
  readonly kind: 'log'
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields?: Readonly<Record<string, unknown>>
}

export type WorkerEvent =
  /** The worker takes commands; the image may still be in the making. */
  | { readonly kind: 'open' }
  /** The image holds every table. */
  | { readonly kind: 'ready'; readonly position: number }
  | AppliedEvent
  | ProgressEvent
  | LogEvent

export type FromWorker =
  | WorkerEvent
  /** These were told to stop for the process's memory. */
  | { readonly kind: 'memoryExceeded'; readonly requests: readonly number[] }
  | { readonly kind: 'answer'; readonly request: number; readonly value: Answers[Command['kind']] }
  | {
      readonly kind: 'failure'
      readonly request: number
      readonly reason: SqlFailureReason
      readonly message: string
      /** For the log only: the engine's own words. */
      readonly detail?: string
    }
