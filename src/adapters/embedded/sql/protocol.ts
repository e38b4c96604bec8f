import type { Project } from '../../../model/types.js'
import type { SqlFailureReason, SqlRow } from '../../../ports/sqlEngine.js'
import type { ParquetCompression } from '../lake/parquetWriter.js'
import type { KnownUnused } from './alterTables.js'
import type { ImageDescription } from './describeImage.js'
import type { SqlLimits } from './sqlLimits.js'

/** What the parts of the model are that the image needs. */
export type ImageModel = Pick<Project, 'entities' | 'joinTables' | 'valueTypes'>

/** First message to a worker. */
export interface OpenMessage {
  readonly kind: 'open'
  readonly folder: string
  readonly model: ImageModel
  readonly limits: SqlLimits
  readonly unused?: KnownUnused
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

/** Runs one statement on a snapshot of what is applied then. Not before `ready`. */
export interface RunCommand {
  readonly kind: 'run'
  readonly sql: string
  /** It first waits for the image to show the feed up to a position, but no longer than so. Default: it does not wait. */
  readonly after?: { readonly position: number; readonly waitMs: number }
  readonly timeoutMs: number
  readonly maxRows: number
  readonly maxBytes: number
  /** Absent: the rows are in the answer. */
  readonly resultFile?: string
}

export interface ReloadCommand {
  readonly kind: 'reload'
  readonly model: ImageModel
  readonly unused?: KnownUnused
}

export interface ExportCommand {
  readonly kind: 'export'
  readonly folder: string
}

/** Brings the Parquet lake of the data folder up to date. `stop` ends it at the next good moment. */
export interface PublishCommand {
  readonly kind: 'publish'
  readonly folder: string
  readonly compression: ParquetCompression
  /** Also compare the files with the days that there are. */
  readonly thorough: boolean
}

/** Puts a fresh copy, made from the table, in the image's place. Not before `ready`. */
export interface RewriteCommand {
  readonly kind: 'rewrite'
  /** What is published of the old one counts for nothing. */
  readonly republish: boolean
}

/** Tells how large the image is. Not before `ready`. */
export interface DescribeCommand {
  readonly kind: 'describe'
}

/** Compares image and published files with the table. `stop` ends it. Not before `ready`. */
export interface VerifyCommand {
  readonly kind: 'verify'
  /** Of the published lake. */
  readonly lakeFolder: string
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
  readonly publish: PublishedLake
  readonly rewrite: RewrittenImage
  readonly describe: ImageDescription
  readonly verify: VerifiedLake
  readonly close: null
}

export type Command =
  | RunCommand
  | ReloadCommand
  | ExportCommand
  | PublishCommand
  | RewriteCommand
  | DescribeCommand
  | VerifyCommand
  | CloseCommand

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

/** The Parquet lake after a publication, and what the publication did. Times are milliseconds since 1970. */
export interface PublishedLake {
  readonly tables: number
  readonly files: number
  readonly bytes: number
  /** Files that were written, with how many rows. */
  readonly written: number
  readonly rows: number
  /** Files of days without rows that were removed. */
  readonly removed: number
  /** The files show the feed up to here, at least. */
  readonly position: number
  readonly startedAt: number
  readonly tookMs: number
  /** When the oldest change was applied that the files do not show; absent when they show all. */
  readonly unpublishedSince?: number
}

export interface VerifiedLake {
  /** No difference was found. */
  readonly clean: boolean
  readonly tables: readonly TableVerification[]
  /** The first ten thousand. */
  readonly differences: readonly LakeDifference[]
}

/** What the comparison of one table in one place has come to. */
export interface TableVerification {
  readonly table: string
  readonly in: 'image' | 'files'
  /** Rows that the table has. */
  readonly rows: number
  readonly missing: number
  readonly extra: number
  readonly duplicate: number
  readonly different: number
  /** Files that can't be read, or hold rows of other days. */
  readonly damaged: number
  /** Rows of which it could not be told: they changed all the time, or have still to be published. */
  readonly pending: number
}

export interface LakeDifference {
  readonly in: 'image' | 'files'
  readonly table: string
  /** The row's; of a damaged file its day's folder. */
  readonly id: string
  /** Missing in the lake, or there although the table has it not, or there twice, or with other values. */
  readonly kind: 'missing' | 'extra' | 'duplicate' | 'different' | 'damaged'
  /** Of a different row. */
  readonly fields?: readonly string[]
}

export interface RewrittenImage {
  readonly tookMs: number
  readonly tables: number
  readonly rows: number
  readonly bytes: number
  readonly idealBytes: number
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
  /** What comes after this position is read from the feed again after a crash. */
  readonly settled: number
  readonly changes: number
  readonly lagMs: number
  readonly tookMs: number
  /** When the oldest change was applied that the Parquet lake does not show, milliseconds since 1970. */
  readonly unpublishedSince?: number
}

/** As in `AppliedEvent`, some time after what came up to here was applied. */
export interface SettledEvent {
  readonly kind: 'settled'
  readonly settled: number
}

/** Records after this position are needed, whatever has been applied; without one, it is as usual again. */
export interface HoldEvent {
  readonly kind: 'hold'
  readonly position?: number
}

/** The image's file. `rewrites`: since the process began. */
export interface SizeEvent {
  readonly kind: 'size'
  readonly bytes: number
  readonly idealBytes: number
  readonly madeAt: number
  readonly rewrites: number
}

/** How far a long piece of work is: making tables of the image, exporting them, or publishing them. */
export interface ProgressEvent {
  readonly kind: 'progress'
  readonly work: 'image' | 'rewrite' | 'export' | 'publish' | 'verify'
  readonly table: string
  readonly rows: number
  /** How many there will be, where that is known. */
  readonly total?: number
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
  | SettledEvent
  | HoldEvent
  | SizeEvent
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
