import { setTimeout as sleep } from 'node:timers/promises'
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams'
import { passesFilters } from './filterCriteria.js'
import type { InvocationResult } from './lambdaService.js'

/** Properties of an `AWS::Lambda::EventSourceMapping` on a stream, as its template has them. */
export interface StreamMappingSettings {
  readonly batchSize: number
  readonly windowSeconds: number
  readonly parallelization: number
  readonly retries: number
  readonly maxAgeSeconds: number
  readonly bisect: boolean
  readonly filters: readonly Readonly<Record<string, unknown>>[]
}

export interface StreamMappingOptions {
  readonly streams: DynamoDBStreamsClient
  readonly streamArn: string
  readonly settings: StreamMappingSettings
  /** How much older than they are records are to look, in seconds. Default 0. */
  readonly age?: () => number
  readonly invoke: (event: unknown) => Promise<InvocationResult>
  /** Takes what was given up: the body of the message that the on-failure destination gets. */
  readonly onFailure: (message: unknown) => Promise<void>
}

export interface Mapping {
  /** Records, or messages, that are being worked on or wait in memory. */
  pending(): number
  close(): Promise<void>
}

/** A record as Lambda hands it on. */
interface LambdaRecord {
  readonly eventID: string
  readonly eventName: string
  readonly eventSource: 'aws:dynamodb'
  readonly eventSourceARN: string
  readonly awsRegion: string
  readonly eventVersion: '1.1'
  readonly dynamodb: Readonly<Record<string, unknown>> & {
    readonly Keys: Readonly<Record<string, { readonly S: string }>>
    readonly SequenceNumber: string
    readonly ApproximateCreationDateTime: number
  }
}

/** Pause between retries of a batch. Lambda's own is not documented; it grows. */
const RETRY_MS = [50, 100, 200, 400, 1000]
const POLL_MS = 25

/**
 * Reads a stream as Lambda's event source mappings do: shard by shard from its beginning, in batches, records of one
 * partition key in order and never at the same time, several keys at once up to the parallelization factor. A partial
 * failure repeats the batch from the first failed record on; a batch that failed is cut in two where that was asked for;
 * after the retries, or past the age, the failure's place goes to the destination and the shard goes on.
 */
export function startStreamMapping(options: StreamMappingOptions): Mapping {
  const { streams, streamArn, settings } = options
  const stop = new AbortController()
  let pending = 0
  const readers = new Map<string, Promise<void>>()

  async function watchShards(): Promise<void> {
    while (!stop.signal.aborted) {
      const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }))
      for (const { ShardId } of StreamDescription?.Shards ?? []) {
        if (ShardId && !readers.has(ShardId)) readers.set(ShardId, readShard(ShardId))
      }
      await pause(500)
    }
  }

  async function readShard(shardId: string): Promise<void> {
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    )
    const lanes = Array.from({ length: settings.parallelization }, () => new Lane(shardId))
    let iterator = ShardIterator
    while (iterator && !stop.signal.aborted) {
      const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 1000 }))
      const records = (page.Records ?? []).map((record) => lambdaRecord(record, streamArn))
      for (const record of records) {
        if (!passesFilters(record, settings.filters)) continue
        pending += 1
        lanes[laneOf(record, lanes.length)]?.add(record)
      }
      iterator = page.NextShardIterator
      // The reader does not run ahead of the function without bound.
      while (lanes.some((lane) => lane.length > 5 * settings.batchSize) && !stop.signal.aborted)
        await pause(POLL_MS)
      if (records.length === 0) await pause(POLL_MS)
    }
    await Promise.all(lanes.map((lane) => lane.idle()))
  }

  /** The records of some keys of one shard, in order. */
  class Lane {
    readonly #shardId: string
    readonly #queue: LambdaRecord[] = []
    #work: Promise<void> | undefined

    constructor(shardId: string) {
      this.#shardId = shardId
    }

    get length(): number {
      return this.#queue.length
    }

    add(record: LambdaRecord): void {
      this.#queue.push(record)
      this.#start()
    }

    #start(): void {
      if (this.#work || this.#queue.length === 0 || stop.signal.aborted) return
      this.#work = this.#run().finally(() => {
        this.#work = undefined
        // A record may have come in after the last look at the queue.
        this.#start()
      })
    }

    async idle(): Promise<void> {
      await this.#work
    }

    async #run(): Promise<void> {
      await pause(settings.windowSeconds * 1000)
      while (this.#queue.length > 0 && !stop.signal.aborted) {
        const batch = this.#queue.splice(0, settings.batchSize)
        await deliver(this.#shardId, batch)
        pending -= batch.length
      }
    }
  }

  /** Delivers a batch until all of it is done or given up. */
  async function deliver(shardId: string, batch: readonly LambdaRecord[]): Promise<void> {
    let rest = batch
    for (let attempt = 0; rest.length > 0 && !stop.signal.aborted; attempt += 1) {
      const outcome = await options.invoke({ Records: rest.map(aged) })
      const failed = firstFailure(outcome, rest)
      if (failed === undefined) return
      // What came before the first failure is done, and its success starts the count anew.
      if (failed > 0) {
        rest = rest.slice(failed)
        attempt = -1
        continue
      }
      const [oldest] = rest as [LambdaRecord]
      const ageSeconds = Date.now() / 1000 - oldest.dynamodb.ApproximateCreationDateTime
      const tooOld = settings.maxAgeSeconds >= 0 && ageSeconds > settings.maxAgeSeconds
      if (tooOld || (settings.retries >= 0 && attempt >= settings.retries)) {
        await options.onFailure(failureMessage(shardId, rest, tooOld))
        return
      }
      await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] as number)
      if (settings.bisect && rest.length > 1) {
        const middle = Math.ceil(rest.length / 2)
        await deliver(shardId, rest.slice(0, middle))
        rest = rest.slice(middle)
        attempt = -1
      }
    }
  }

  function aged(record: LambdaRecord): LambdaRecord {
    const ApproximateCreationDateTime = record.dynamodb.ApproximateCreationDateTime - (options.age?.() ?? 0)
    return { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime } }
  }

  function failureMessage(shardId: string, records: readonly LambdaRecord[], tooOld: boolean): unknown {
    const time = (record: LambdaRecord | undefined) =>
      new Date((record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString()
    return {
      requestContext: {
        condition: tooOld ? 'RecordAgeExceeded' : 'RetryAttemptsExhausted',
        approximateInvokeCount: settings.retries + 1,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: new Date().toISOString(),
      DDBStreamBatchInfo: {
        shardId,
        startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
        endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: time(records[0]),
        approximateArrivalOfLastRecord: time(records.at(-1)),
        batchSize: records.length,
        streamArn,
      },
    }
  }

  function pause(milliseconds: number): Promise<unknown> {
    return sleep(milliseconds, undefined, { signal: stop.signal }).catch(() => undefined)
  }

  const watching = watchShards()
  let broken: unknown
  watching.catch((error: unknown) => {
    broken = error
  })
  return {
    pending() {
      if (broken !== undefined && !stop.signal.aborted) throw broken
      return pending
    },
    async close() {
      stop.abort()
      await Promise.allSettled([watching, ...readers.values()])
    },
  }
}

/** Index of the first record that has to come again; undefined when all is done. */
function firstFailure(outcome: InvocationResult, records: readonly LambdaRecord[]): number | undefined {
  if (!outcome.ok) return 0
  const failures =
    (outcome.result as { batchItemFailures?: { itemIdentifier?: string }[] } | null)?.batchItemFailures ?? []
  if (failures.length === 0) return undefined
  const indexes = failures.map(({ itemIdentifier }) =>
    records.findIndex((record) => record.dynamodb.SequenceNumber === itemIdentifier),
  )
  // An identifier that is none counts as a failure of the whole batch.
  return indexes.includes(-1) ? 0 : Math.min(...indexes)
}

function laneOf(record: LambdaRecord, lanes: number): number {
  let hash = 0
  for (const character of record.dynamodb.Keys.PK?.S ?? '') hash = (hash * 31 + character.charCodeAt(0)) >>> 0
  return hash % lanes
}

function lambdaRecord(record: StreamRecord, streamArn: string): LambdaRecord {
  const { dynamodb } = record
  const created = dynamodb?.ApproximateCreationDateTime
  return {
    eventID: record.eventID ?? '',
    eventName: record.eventName ?? '',
    eventSource: 'aws:dynamodb',
    eventSourceARN: streamArn,
    awsRegion: record.awsRegion ?? '',
    eventVersion: '1.1',
    dynamodb: {
      ...dynamodb,
      ApproximateCreationDateTime: created ? created.getTime() / 1000 : 0,
    } as LambdaRecord['dynamodb'],
  }
}
