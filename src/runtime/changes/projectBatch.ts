import { UnfitItemError } from '../../lake/unfitItemError.js'
import { META_KEY } from '../../model/keys.js'
import type { ItemTable } from '../../ports/itemTable.js'
import type { ObjectStore } from '../../ports/objectStore.js'
import { StoreError } from '../../ports/storeError.js'
import type { RuntimeContext } from '../context.js'
import { cascadesOf } from '../deletion/cascade.js'
import { inParallel } from '../inParallel.js'
import type { ChangeRecord } from './changeRecord.js'
import { deadLetterItem } from './deadLetter.js'
import type { Projector } from './projectChange.js'

export interface ProjectionSettings {
  /** Items projected at the same time. Default 32. */
  readonly concurrency: number
  /** Tries of an item in one delivery. Default 3. */
  readonly tries: number
  /** Pause before the second try in milliseconds; it doubles with each further one. Default 50. */
  readonly retryMs: number
  /** Age in milliseconds from which a record that fails becomes a dead letter. Default 60,000. */
  readonly buryAfterMs: number
  /** The same for a record that is refused since there is too much to do: that passes. Default 600,000. */
  readonly buryThrottledAfterMs: number
  /** No item is begun with less time than this left, in milliseconds. Default 10,000. */
  readonly reservedMs: number
}

export const DEFAULT_PROJECTION_SETTINGS: ProjectionSettings = {
  concurrency: 32,
  tries: 3,
  retryMs: 50,
  buryAfterMs: 60_000,
  buryThrottledAfterMs: 600_000,
  reservedMs: 10_000,
}

export interface ProjectionContext extends Pick<RuntimeContext, 'project' | 'clock' | 'log' | 'remainingMs'> {
  readonly table: Pick<ItemTable, 'get' | 'write'>
  readonly objects: Pick<ObjectStore, 'put' | 'delete'>
  readonly queues: Pick<RuntimeContext['queues'], 'cascade'>
  readonly projector: Projector
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

/**
 * Deals with records in the stream's order: an item's removals start their cascades, then its row follows. Items go side
 * by side, and one that is named often is projected once. Nothing is begun behind a failed record, since the stream
 * delivers everything from there again.
 *
 * A record that fails though it's old becomes a dead letter and counts as dealt with, as long as the lake works
 * otherwise. When it doesn't, nothing is given up: the outage passes, and the stream waits.
 */
export async function projectBatch(
  context: ProjectionContext,
  records: readonly ChangeRecord[],
): Promise<BatchOutcome> {
  let failedAt = Number.POSITIVE_INFINITY
  let buried = 0
  const freshnessMs: number[] = []
  const isLakeWell = sharedProbe(context)

  await inParallel(groupsOf(records), context.settings.concurrency, async (group) => {
    if (group.first > failedAt) return
    const failure = isTimeUp(context)
      ? { error: new Error('There was no time left.'), isOfRecord: false }
      : await projectGroup(context, group.records)
    if (!failure) {
      freshnessMs.push(context.clock.now() - (group.records[0] as ChangeRecord).changedAt)
    } else if (await giveUp(context, group.records, failure, isLakeWell)) {
      buried += group.records.length
    } else {
      failedAt = Math.min(failedAt, group.first)
    }
  })
  const failed = records[failedAt]
  return { ...(failed && { failed }), freshnessMs, buried }
}

/** The records of one item. */
interface Group {
  /** Index of the first of them in the batch. */
  readonly first: number
  readonly records: readonly ChangeRecord[]
}

interface Failure {
  readonly error: unknown
  /** Not of something that all records share, as far as one can tell from this failure alone. */
  readonly isOfRecord: boolean
}

function groupsOf(records: readonly ChangeRecord[]): Group[] {
  const groups = new Map<string, { first: number; records: ChangeRecord[] }>()
  for (const [index, record] of records.entries()) {
    const { PK } = record.change.key
    const group = groups.get(PK)
    if (group) group.records.push(record)
    else groups.set(PK, { first: index, records: [record] })
  }
  return [...groups.values()]
}

function isTimeUp({ remainingMs, settings }: ProjectionContext): boolean {
  return remainingMs !== undefined && remainingMs() < settings.reservedMs
}

/** Undefined when the item's cascades are queued and its row is up to date. */
async function projectGroup(
  context: ProjectionContext,
  records: readonly ChangeRecord[],
): Promise<Failure | undefined> {
  const changes = records.map(({ change }) => change)
  const outOfOrder = records.some(({ isReplay }) => isReplay)
  const cascades = cascadesOf(changes)
  let failure: Failure | undefined
  for (let attempt = 0; attempt < context.settings.tries; attempt += 1) {
    if (attempt > 0) {
      if (isTimeUp(context)) break
      await context.sleep(context.settings.retryMs * 2 ** (attempt - 1))
    }
    try {
      for (let next = cascades[0]; next; next = cascades[0]) {
        await context.queues.cascade.send(next)
        cascades.shift()
      }
      await context.projector.project(changes, { outOfOrder })
      return undefined
    } catch (error) {
      failure = { error, isOfRecord: cascades.length === 0 }
      if (error instanceof UnfitItemError) break
    }
  }
  return failure
}

/** Makes dead letters of an item's records, where that is due; false when they are to be delivered again. */
async function giveUp(
  context: ProjectionContext,
  records: readonly ChangeRecord[],
  { error, isOfRecord }: Failure,
  isLakeWell: () => Promise<boolean>,
): Promise<boolean> {
  const { clock, log, settings } = context
  const [oldest] = records as readonly [ChangeRecord]
  const { sequence, change } = oldest
  const fields = { sequence, key: change.key.PK, error }
  const isHopeless = error instanceof UnfitItemError
  const ageMs = clock.now() - oldest.changedAt
  const isThrottled = error instanceof StoreError && error.failure === 'throttled'
  const isDue = isHopeless || ageMs >= (isThrottled ? settings.buryThrottledAfterMs : settings.buryAfterMs)
  // A replayed record has its dead letter already.
  if (oldest.isReplay || !isOfRecord || !isDue || !(isHopeless || (await isLakeWell()))) {
    log.warn('A change could not be projected and is tried again', fields)
    return false
  }
  try {
    for (const record of records) {
      const failure = { error: textOf(error), attempts: settings.tries, now: clock.now() }
      await context.table.write({ kind: 'put', item: deadLetterItem(record, failure) })
    }
  } catch (cause) {
    log.error('A dead letter could not be stored', { ...fields, cause })
    return false
  }
  log.error('A change has become a dead letter', fields)
  return true
}

/** Whether other objects can be written and other items read. Asked again at each use, but by many at once only once. */
function sharedProbe(context: ProjectionContext): () => Promise<boolean> {
  let asking: Promise<boolean> | undefined
  async function ask(): Promise<boolean> {
    try {
      await context.table.get(META_KEY)
      await context.objects.put(`probe/${context.project.name}`, new Uint8Array())
      return true
    } catch (error) {
      context.log.warn('The lake takes nothing at the moment', { error })
      return false
    } finally {
      asking = undefined
    }
  }
  return () => {
    asking ??= ask()
    return asking
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${textOf(error.cause)})` : error.message
}
