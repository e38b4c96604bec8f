import { UnfitItemError } from '../../lake/unfitItemError.js'
import { META_KEY } from '../../model/keys.js'
import type { ItemTable } from '../../ports/itemTable.js'
import type { ObjectStore } from '../../ports/objectStore.js'
import type { RuntimeContext } from '../context.js'
import { cascadesOf } from '../deletion/cascade.js'
import { inParallel } from '../inParallel.js'
import type { ChangeRecord } from './changeRecord.js'
import { deadLetterItem } from './deadLetter.js'
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
    const outcome = isTimeUp(context) ? 'failed' : await projectGroup(context, group.records, isLakeWell)
    if (outcome === 'projected') freshnessMs.push(context.clock.now() - group.oldest.changedAt)
    else if (outcome === 'buried') buried += group.records.length
    else failedAt = Math.min(failedAt, group.first)
  })
  const failed = records[failedAt]
  return { ...(failed && { failed }), freshnessMs, buried }
}

/** The records of one item. */
interface Group {
  /** Index of the first of them in the batch. */
  readonly first: number
  readonly oldest: ChangeRecord
  readonly records: readonly ChangeRecord[]
}

function groupsOf(records: readonly ChangeRecord[]): Group[] {
  const groups = new Map<string, Group & { records: ChangeRecord[] }>()
  for (const [first, oldest] of records.entries()) {
    const { PK } = oldest.change.key
    const group = groups.get(PK)
    if (group) group.records.push(oldest)
    else groups.set(PK, { first, oldest, records: [oldest] })
  }
  return [...groups.values()]
}

function isTimeUp({ remainingMs, settings }: ProjectionContext): boolean {
  return remainingMs !== undefined && remainingMs() < settings.reservedMs
}

/** `failed`: the records are to be delivered again. */
async function projectGroup(
  context: ProjectionContext,
  records: readonly ChangeRecord[],
  isLakeWell: () => Promise<boolean>,
): Promise<'projected' | 'buried' | 'failed'> {
  const { settings, clock, log } = context
  const { sequence, changedAt, change, isReplay } = records[0] as ChangeRecord
  // A replayed record has its dead letter already.
  const isOld = () => !isReplay && clock.now() - changedAt >= settings.buryAfterMs
  const step = projection(context, records)
  let last = await step()
  let attempts = 1
  async function tryAgain(tries: number, pauseMs: number): Promise<void> {
    for (let index = 0; index < tries; index += 1) {
      if (last === 'done' || last.isHopeless || isTimeUp(context)) return
      await context.sleep(pauseMs * 2 ** index)
      last = await step()
      attempts += 1
    }
  }
  await tryAgain(settings.tries - 1, settings.retryMs)
  if (isOld()) await tryAgain(settings.lastTries, settings.lastRetryMs)
  if (last === 'done') return 'projected'

  const { error, isOfRecord, isHopeless } = last
  const isDue = isHopeless ? !isReplay : isOld() && !isTimeUp(context) && (await isLakeWell())
  const fields = { sequence, key: change.key.PK, attempts, error }
  if (isDue && isOfRecord && (await bury(context, records, error, attempts))) {
    log.error('A change has become a dead letter', fields)
    return 'buried'
  }
  log.warn('A change could not be projected and is tried again', fields)
  return 'failed'
}

interface Failure {
  readonly error: unknown
  /** False for one of something that all records share. */
  readonly isOfRecord: boolean
  /** Another try would fail as well. */
  readonly isHopeless: boolean
}

/** Queues the cascades of an item's records, each once however often it is called, and projects the item. */
function projection(
  { queues, projector }: ProjectionContext,
  records: readonly ChangeRecord[],
): () => Promise<Failure | 'done'> {
  const changes = records.map(({ change }) => change)
  const outOfOrder = records.some(({ isReplay }) => isReplay)
  const cascades = cascadesOf(changes)
  return async () => {
    try {
      for (let next = cascades[0]; next; next = cascades[0]) {
        await queues.cascade.send(next)
        cascades.shift()
      }
      await projector.project(changes, { outOfOrder })
      return 'done'
    } catch (error) {
      return { error, isOfRecord: cascades.length === 0, isHopeless: error instanceof UnfitItemError }
    }
  }
}

/** Makes a dead letter of each record; false when that failed. */
async function bury(
  { table, clock, log }: ProjectionContext,
  records: readonly ChangeRecord[],
  error: unknown,
  attempts: number,
): Promise<boolean> {
  try {
    for (const record of records) {
      const failure = { error: textOf(error), attempts, now: clock.now() }
      await table.write({ kind: 'put', item: deadLetterItem(record, failure) })
    }
    return true
  } catch (cause) {
    log.error('A dead letter could not be stored', { sequence: records[0]?.sequence, error: cause })
    return false
  }
}

/** Whether other objects can be written and other items read. Asked again at each use, but by many at once only once. */
function sharedProbe(context: ProjectionContext): () => Promise<boolean> {
  let asking: Promise<boolean> | undefined
  async function ask(): Promise<boolean> {
    try {
      await context.table.get(META_KEY)
      // Where the rows are, since its role may write nowhere else; no type has such a name.
      await context.objects.put(`tables/.probe/${context.project.name}`, new Uint8Array())
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
