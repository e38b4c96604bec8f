import { META_KEY } from '../../model/keys.js'
import type { ChangeRecord } from './changeRecord.js'
import { deadLetterItem } from './deadLetter.js'
import type { ProjectionContext } from './projection.js'

/** Why an item could not be projected. */
export interface ProjectionFailure {
  readonly error: unknown
  /** False for one of something that all records share. */
  readonly isOfRecord: boolean
  /** Another try would fail as well. */
  readonly isHopeless: boolean
}

/** No item is begun with less time left than the settings reserve. */
export function isTimeUp({
  remainingMs,
  settings,
}: Pick<ProjectionContext, 'remainingMs' | 'settings'>): boolean {
  return remainingMs !== undefined && remainingMs() < settings.reservedMs
}

/** Whether a record has waited so long that it may be given up. A replayed one has its dead letter already. */
export function isOld({ clock, settings }: ProjectionContext, record: ChangeRecord | undefined): boolean {
  return record !== undefined && !record.isReplay && clock.now() - record.changedAt >= settings.buryAfterMs
}

/**
 * What becomes of an item's records that keep failing. `buried`: they are dead letters now; `failed`: they are to be
 * delivered again. Nothing is given up while the lake takes nothing at all.
 */
export async function giveUp(
  context: ProjectionContext,
  records: readonly ChangeRecord[],
  { error, isOfRecord, isHopeless }: ProjectionFailure,
  { attempts, isLakeWell }: { readonly attempts: number; readonly isLakeWell: () => Promise<boolean> },
): Promise<'buried' | 'failed'> {
  const [oldest] = records
  const isDue = isHopeless
    ? oldest?.isReplay === false
    : isOld(context, oldest) && !isTimeUp(context) && (await isLakeWell())
  const fields = { sequence: oldest?.sequence, key: oldest?.change.key.PK, attempts, error }
  if (isDue && isOfRecord && (await bury(context, records, error, attempts))) {
    context.log.error('A change has become a dead letter', fields)
    return 'buried'
  }
  context.log.warn('A change could not be projected and is tried again', fields)
  return 'failed'
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
export function sharedProbe({
  table,
  objects,
  project,
  projector,
  log,
}: ProjectionContext): () => Promise<boolean> {
  let asking: Promise<boolean> | undefined
  async function ask(): Promise<boolean> {
    try {
      await table.get(META_KEY)
      // Where the rows are, since its role may write nowhere else; no type has such a name.
      await objects.put(`${projector.root}/.probe/${project.name}`, new Uint8Array())
      return true
    } catch (error) {
      log.warn('The lake takes nothing at the moment', { error })
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
