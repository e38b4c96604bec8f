import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'
import type { StreamRecord } from './streamEvent.js'
import type { StreamBatch } from './streamFailure.js'

/**
 * Reads the records of a batch again, from the stream itself, which keeps them for 24 hours. Those between that the
 * mapping's filter or another batch had are among them: to project them once more does no harm.
 *
 * Throws the SDK's `TrimmedDataAccessException` when the stream has lost them; the rows must then be made again from
 * the table.
 */
export async function readStreamBatch(
  client: DynamoDBStreamsClient,
  { streamArn, shardId, startSequenceNumber, endSequenceNumber }: StreamBatch,
): Promise<readonly StreamRecord[]> {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: startSequenceNumber,
    }),
  )
  const end = BigInt(endSequenceNumber)
  const found: StreamRecord[] = []
  for (let iterator = ShardIterator; iterator; ) {
    const { Records = [], NextShardIterator } = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: 1000 }),
    )
    for (const record of Records) {
      const sequence = BigInt(record.dynamodb?.SequenceNumber ?? 0)
      if (sequence <= end) found.push(record as StreamRecord)
      if (sequence >= end) return found
    }
    iterator = NextShardIterator
  }
  return found
}
