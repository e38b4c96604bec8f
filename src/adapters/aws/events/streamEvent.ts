import type { Change, ChangeImage } from '../../../ports/changes.js'
import type { ChangeRecord } from '../../../runtime/changes/changeRecord.js'

/** As much of an attribute as changes are made of. */
type AttributeText = { readonly S?: string | undefined; readonly N?: string | undefined }

type Image = Readonly<Record<string, AttributeText>>

/** A record of DynamoDB's stream, as Lambda hands it on and as the stream's own API answers it. */
export interface StreamRecord {
  readonly eventSource?: string | undefined
  readonly dynamodb?:
    | {
        readonly Keys?: Image | undefined
        readonly OldImage?: Image | undefined
        readonly NewImage?: Image | undefined
        readonly SequenceNumber?: string | undefined
        /** Lambda: seconds since 1970. */
        readonly ApproximateCreationDateTime?: number | Date | undefined
      }
    | undefined
}

export interface StreamEvent {
  readonly Records: readonly StreamRecord[]
}

/** Source of records that somebody replays, in place of the stream's own. */
export const REPLAY_SOURCE = 'oc-graphql:replay'

/**
 * The change in a record; undefined for items that SQL doesn't show (tasks, sides of relations, dead letters, the
 * project's own), which the mapping's filter should have left out already.
 */
export function changeRecordOf({ dynamodb, eventSource }: StreamRecord): ChangeRecord | undefined {
  const PK = dynamodb?.Keys?.PK?.S
  const SK = dynamodb?.Keys?.SK?.S
  const sequence = dynamodb?.SequenceNumber
  if (PK === undefined || SK === undefined || sequence === undefined) return undefined
  const old = imageOf(dynamodb?.OldImage)
  const current = imageOf(dynamodb?.NewImage)
  if (!old && !current) return undefined
  const change: Change = { key: { PK, SK }, ...(old && { old }), ...(current && { new: current }) }
  const created = dynamodb?.ApproximateCreationDateTime ?? 0
  const changedAt = created instanceof Date ? created.getTime() : created * 1000
  return { sequence, changedAt, change, isReplay: eventSource === REPLAY_SOURCE }
}

/** Only entities and relation data have a revision. */
function imageOf(image: Image | undefined): ChangeImage | undefined {
  if (image?._rev?.N === undefined) return undefined
  return {
    entityType: image.entityType?.S ?? '',
    createdAt: image.createdAt?.S ?? '',
    incarnation: image._incarnation?.S ?? '',
    rev: Number(image._rev.N),
  }
}
