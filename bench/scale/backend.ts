import type { FunctionKind } from '../../src/model/functions.js'
import { LIST_SHARDS } from '../../src/model/keys.js'
import { type Athena, athena } from './athena.js'
import { type ChangeStream, changeStream } from './changeStream.js'
import { type LambdaAccount, lambdaAccount } from './lambdaAccount.js'
import { APPSYNC_TOKENS_PER_SECOND } from './limits.js'
import { type Series, series } from './measures.js'
import { hashedPartitions, type Partition, partitionsByKey } from './partitions.js'
import type { Random } from './random.js'
import type { RecordedCalls } from './recordedCalls.js'
import type { Simulation } from './simulation.js'
import { type Station, station } from './station.js'
import { type TokenBucket, tokenBucket } from './tokenBucket.js'
import type { Workload } from './workload.js'

/** A deployed project, as far as it can be busy. */
export interface Backend {
  readonly simulation: Simulation
  readonly random: Random
  readonly calls: RecordedCalls
  readonly workload: Workload
  readonly load: number
  readonly tokens: TokenBucket
  readonly lambda: LambdaAccount
  readonly table: { readonly all: readonly Partition[]; of(hash: number): Partition }
  readonly index: { readonly all: ReadonlyMap<string, Partition>; of(key: string): Partition }
  readonly stream: ChangeStream
  readonly athena: Athena
  /** The listener's places: ten messages in each of ten invocations. */
  readonly cascades: Station
  readonly cascadeWaits: Series
  /** Items that a transaction holds, by their hash. */
  readonly held: Map<number, number>
  readonly conflicts: { met: number; lost: number }
  readonly answers: ReadonlyMap<FunctionKind, Answers>
  answersOf(kind: FunctionKind): Answers
}

/** What clients got from one kind of operation. */
export interface Answers {
  readonly latency: Series
  /** By error code. */
  readonly failed: Map<string, number>
}

/** Messages that the cascade listener works on at a time: `MaximumConcurrency` 10, batches of 10. */
const CASCADE_PLACES = 100

export function newBackend(
  simulation: Simulation,
  random: Random,
  calls: RecordedCalls,
  workload: Workload,
  load: number,
  partitions: number,
): Backend {
  const lambda = lambdaAccount(simulation)
  const answers = new Map<FunctionKind, Answers>()
  return {
    simulation,
    random,
    calls,
    workload,
    load,
    tokens: tokenBucket(simulation, APPSYNC_TOKENS_PER_SECOND),
    lambda,
    table: hashedPartitions(simulation, partitions),
    index: partitionsByKey(simulation),
    stream: changeStream(simulation, random, lambda),
    athena: athena(simulation, random),
    cascades: station(simulation, CASCADE_PLACES),
    cascadeWaits: series(),
    held: new Map(),
    conflicts: { met: 0, lost: 0 },
    answers,
    answersOf(kind) {
      const found = answers.get(kind) ?? { latency: series(), failed: new Map() }
      answers.set(kind, found)
      return found
    },
  }
}

/** Partition of one shard of a type's list in GSI1. */
export function listKey(type: number, hash: number): string {
  return `list ${type}#${hash % LIST_SHARDS}`
}
