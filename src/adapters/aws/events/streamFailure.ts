/** Where in a stream the records are that Lambda gave up. */
export interface StreamBatch {
  readonly streamArn: string
  readonly shardId: string
  readonly startSequenceNumber: string
  readonly endSequenceNumber: string
  readonly batchSize: number
  /** When the first record came to Lambda; the stream keeps records for 24 hours. */
  readonly arrivedAt?: string
}

/**
 * The batch that a message of the stream's on-failure queue tells of: the message has the place of the records, and not
 * the records. Undefined for any other text. Source: "Capture discarded batches", Lambda developer guide.
 */
export function streamBatchOf(body: string): StreamBatch | undefined {
  let message: unknown
  try {
    message = JSON.parse(body)
  } catch {
    return undefined
  }
  const info = (message as { DDBStreamBatchInfo?: Readonly<Record<string, unknown>> } | null)
    ?.DDBStreamBatchInfo
  const text = (name: string) => (typeof info?.[name] === 'string' ? (info[name] as string) : undefined)
  const streamArn = text('streamArn')
  const shardId = text('shardId')
  const startSequenceNumber = text('startSequenceNumber')
  const endSequenceNumber = text('endSequenceNumber')
  if (!streamArn || !shardId || !startSequenceNumber || !endSequenceNumber) return undefined
  const arrivedAt = text('approximateArrivalOfFirstRecord')
  return {
    streamArn,
    shardId,
    startSequenceNumber,
    endSequenceNumber,
    batchSize: Number(info?.batchSize ?? 0),
    ...(arrivedAt && { arrivedAt }),
  }
}
