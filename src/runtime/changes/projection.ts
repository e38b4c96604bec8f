import type { ItemTable } from '../../ports/itemTable.js'
import type { ObjectStore } from '../../ports/objectStore.js'
import type { RuntimeContext } from '../context.js'
import type { BatchProjector } from './batchProjector.js'
import type { ChangeRecord } from './changeRecord.js'
import type { Projector } from './projectChange.js'

export interface ProjectionSettings {
  /** Items projected at the same time. Default 32. */
  readonly concurrency: number
  /** Quick tries of an item in one delivery. Default 3. */
  readonly tries: number
  /** Pause before the second try in milliseconds; it doubles with each further one. Default 50. */
  readonly retryMs: number
  /** Age in milliseconds from which a record that fails becomes a dead letter. Default 60,000. */
  readonly buryAfterMs: number
  /** Tries before that, since a record may be old only because the stream was behind. Default 4. */
  readonly lastTries: number
  /** Pause before the first of those in milliseconds; it doubles too. Default 500. */
  readonly lastRetryMs: number
  /** No item is begun with less time than this left, in milliseconds. Default 10,000. */
  readonly reservedMs: number
}

export const DEFAULT_PROJECTION_SETTINGS: ProjectionSettings = {
  concurrency: 32,
  tries: 3,
  retryMs: 50,
  buryAfterMs: 60_000,
  lastTries: 4,
  lastRetryMs: 500,
  reservedMs: 10_000,
}

export interface ProjectionContext extends Pick<RuntimeContext, 'project' | 'clock' | 'log' | 'remainingMs'> {
  readonly table: Pick<ItemTable, 'get' | 'write'>
  readonly objects: Pick<ObjectStore, 'put' | 'delete'>
  readonly queues: Pick<RuntimeContext['queues'], 'cascade'>
  /** The lake's layout: `lakeProjector` for `rows`, `batchProjector` for `batches`. */
  readonly projector: Projector | BatchProjector
  readonly settings: ProjectionSettings
  readonly sleep: (milliseconds: number) => Promise<void>
}

export interface BatchOutcome {
  /** The first record that is not dealt with; all before it are. Absent: all are. */
  readonly failed?: ChangeRecord
  /** Milliseconds from each item's oldest change to its row, for the items that were projected. */
  readonly freshnessMs: readonly number[]
  /** Dead letters that were made. */
  readonly buried: number
}
