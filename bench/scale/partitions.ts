import { PARTITION_READ_UNITS, PARTITION_WRITE_UNITS } from './limits.js'
import type { Simulation } from './simulation.js'
import { type TokenBucket, tokenBucket } from './tokenBucket.js'

/** One partition of a table or of an index. Burst capacity is not counted on: DynamoDB does not promise it. */
export interface Partition {
  readonly index: number
  readonly read: TokenBucket
  readonly write: TokenBucket
}

function newPartition(simulation: Simulation, index: number): Partition {
  return {
    index,
    read: tokenBucket(simulation, PARTITION_READ_UNITS),
    write: tokenBucket(simulation, PARTITION_WRITE_UNITS),
  }
}

/** A table's partitions: each has an even part of the hashes. */
export function hashedPartitions(simulation: Simulation, count: number) {
  const all = Array.from({ length: count }, (_, index) => newPartition(simulation, index))
  return {
    all,
    /** `hash`: 32 bits. */
    of: (hash: number) => all[Math.floor((hash / 4_294_967_296) * count)] as Partition,
  }
}

/**
 * An index whose busy keys have each a partition of their own, as splits for heat leave them. Within one key a split
 * helps no further where the sort key only grows: everything new lands behind the last split.
 */
export function partitionsByKey(simulation: Simulation) {
  const byKey = new Map<string, Partition>()
  return {
    all: byKey,
    of(key: string): Partition {
      const found = byKey.get(key) ?? newPartition(simulation, byKey.size)
      byKey.set(key, found)
      return found
    },
  }
}
