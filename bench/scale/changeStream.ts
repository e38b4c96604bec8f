import { DEFAULT_OPTIONS, DEFAULTS } from '../../src/deploy/config/settings.js'
import { DEFAULT_PROJECTION_SETTINGS } from '../../src/runtime/changes/projectBatch.js'
import { CALL_MS, CALL_SIGMA, HANDLER_MS } from './assumptions.js'
import type { LambdaAccount } from './lambdaAccount.js'
import { S3_WRITES_PER_SECOND, STREAM_POLL_MS } from './limits.js'
import { type Series, series } from './measures.js'
import type { Random } from './random.js'
import type { Simulation } from './simulation.js'
import { type TokenBucket, tokenBucket } from './tokenBucket.js'

export interface StreamedChange {
  /** Index of the table's partition, whose shard it is in. */
  readonly shard: number
  readonly hash: number
  /** Table and day of the row: the prefix of its object. */
  readonly prefix: string
  readonly onProjected?: () => void
}

/** The change stream with its processor, up to the row in the lake. */
export interface ChangeStream {
  add(change: StreamedChange): void
  /** Milliseconds from a write to its row. */
  readonly freshness: Series
  readonly written: ReadonlyMap<string, TokenBucket>
  readonly waiting: number
  /** Longest time that a change still waits, in milliseconds. */
  oldestMs(): number
}

interface Waiting extends StreamedChange {
  readonly changedAt: number
}

interface Lane {
  readonly queue: Waiting[]
  head: number
  busy: boolean
}

/** Throttled by Lambda, the stream is tried again after this. */
const THROTTLED_MS = 1_000

export function changeStream(simulation: Simulation, random: Random, lambda: LambdaAccount): ChangeStream {
  const lanes = new Map<number, Lane>()
  const written = new Map<string, TokenBucket>()
  const freshness = series()
  const parallel = DEFAULT_OPTIONS.streamProcessor.concurrency ?? 10

  const prefixOf = (name: string): TokenBucket => {
    const found = written.get(name) ?? tokenBucket(simulation, S3_WRITES_PER_SECOND)
    written.set(name, found)
    return found
  }

  /** Items go side by side, up to the processor's concurrency; a prefix that is too busy lets them wait. */
  function durationOf(batch: readonly Waiting[]): number {
    let sum = 0
    let longest = 0
    for (const { prefix } of batch) {
      const one =
        random.logNormal(CALL_MS['dynamodb:GetItem'], CALL_SIGMA) +
        prefixOf(prefix).reserve() +
        random.logNormal(CALL_MS['s3:PutObject'], CALL_SIGMA)
      sum += one
      longest = Math.max(longest, one)
    }
    return HANDLER_MS + Math.max(longest, sum / DEFAULT_PROJECTION_SETTINGS.concurrency)
  }

  function process(lane: Lane): void {
    const size = Math.min(lane.queue.length - lane.head, DEFAULTS.stream.batchSize)
    if (size === 0) {
      lane.busy = false
      return
    }
    const batch = lane.queue.slice(lane.head, lane.head + size)
    const began = lambda.invoke('streamProcessor', (finish) => {
      simulation.after(durationOf(batch), () => {
        finish()
        for (const { changedAt, onProjected } of batch) {
          freshness.add(simulation.now - changedAt)
          onProjected?.()
        }
        lane.head += size
        if (lane.head > 10_000) {
          lane.queue.splice(0, lane.head)
          lane.head = 0
        }
        process(lane)
      })
    })
    if (!began) simulation.after(THROTTLED_MS, () => process(lane))
  }

  return {
    add(change) {
      const key = change.shard * parallel + (change.hash % parallel)
      const lane = lanes.get(key) ?? { queue: [], head: 0, busy: false }
      lanes.set(key, lane)
      lane.queue.push({ ...change, changedAt: simulation.now })
      if (lane.busy) return
      lane.busy = true
      simulation.after(random.unit() * STREAM_POLL_MS, () => process(lane))
    },
    freshness,
    written,
    get waiting() {
      let waiting = 0
      for (const { queue, head } of lanes.values()) waiting += queue.length - head
      return waiting
    },
    oldestMs() {
      let oldest = simulation.now
      for (const { queue, head } of lanes.values())
        oldest = Math.min(oldest, queue[head]?.changedAt ?? oldest)
      return simulation.now - oldest
    },
  }
}
