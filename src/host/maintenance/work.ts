import type { Json } from '../../model/json.js'
import type { Host } from '../host.js'

/** What the lake of a folder can be asked for. Plain data: it travels between processes. */
export type MaintenanceWork =
  /** The query image made again from the table. */
  | { readonly kind: 'rebuild' }
  /** The Parquet files brought up to date. */
  | { readonly kind: 'publish' }
  /** No value of a row left anywhere. `table` is a lake name. */
  | { readonly kind: 'purge'; readonly table: string; readonly id: string }
  /** Image and files compared with the table. */
  | { readonly kind: 'verify' }
  | { readonly kind: 'status' }

/** How far work is. `step` is for people: `track: reading`. */
export interface MaintenanceProgress {
  readonly step: string
  readonly done?: number
  /** Absent while it is not known. */
  readonly total?: number
}

export interface MaintenanceOptions {
  readonly onProgress: (progress: MaintenanceProgress) => void
  /** Aborted when the host closes: the work may end at the next good moment, by throwing. */
  readonly signal: AbortSignal
}

/** One kind of work. The outcome is for programs; failures that the user can do something about are `AppError`s. */
export type Perform<Kind extends MaintenanceWork['kind']> = (
  host: Host,
  work: Extract<MaintenanceWork, { readonly kind: Kind }>,
  options: MaintenanceOptions,
) => Promise<Json>
