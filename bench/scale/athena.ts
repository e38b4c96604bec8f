import {
  ATHENA_OVERHEAD_MS,
  ATHENA_OVERHEAD_SIGMA,
  FILES_PER_SECOND,
  LISTS_PER_SECOND,
  READS_PER_FILE,
} from './assumptions.js'
import {
  ATHENA_ACTIVE,
  ATHENA_LOOKS_BURST,
  ATHENA_LOOKS_PER_SECOND,
  ATHENA_STARTS_BURST,
  ATHENA_STARTS_PER_SECOND,
  ATHENA_TIMEOUT_MS,
  S3_READS_PER_SECOND,
} from './limits.js'
import { type Series, series } from './measures.js'
import { occupancy } from './occupancy.js'
import type { Random } from './random.js'
import { type SharedRate, sharedRate } from './sharedRate.js'
import type { Simulation } from './simulation.js'
import { type TokenBucket, tokenBucket } from './tokenBucket.js'

export interface Execution {
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED'
  readonly stop: () => void
}

/** Athena over a lake of one-row files, and S3 as far as reading goes. */
export interface Athena {
  /** Undefined when there are too many calls or too many active statements. */
  start(table: number, partitions: number, files: number, onEnd: () => void): Execution | undefined
  readonly starts: TokenBucket
  readonly looks: TokenBucket
  /** Milliseconds of the statements that succeeded. */
  readonly durations: Series
  /** Statements refused because as many were active as the account may have. */
  readonly full: number
  readonly peak: number
  mean(): number
  /** Requests to S3 by table, as they are shared by its statements. */
  readonly reads: ReadonlyMap<number, SharedRate>
  /** Requests to S3 that statements have asked for, by table. */
  readonly wanted: ReadonlyMap<number, number>
}

export function athena(simulation: Simulation, random: Random): Athena {
  const starts = tokenBucket(simulation, ATHENA_STARTS_PER_SECOND, ATHENA_STARTS_BURST)
  const looks = tokenBucket(simulation, ATHENA_LOOKS_PER_SECOND, ATHENA_LOOKS_BURST)
  const reads = new Map<number, SharedRate>()
  const wanted = new Map<number, number>()
  const durations = series()
  const active = occupancy(simulation)
  let full = 0
  const readsOf = (table: number): SharedRate => {
    const found =
      reads.get(table) ?? sharedRate(simulation, S3_READS_PER_SECOND, FILES_PER_SECOND * READS_PER_FILE)
    reads.set(table, found)
    return found
  }

  return {
    start(table, partitions, files, onEnd) {
      if (!starts.take()) return undefined
      if (active.now >= ATHENA_ACTIVE) {
        full += 1
        return undefined
      }
      active.change(1)
      const began = simulation.now
      wanted.set(table, (wanted.get(table) ?? 0) + partitions + files * READS_PER_FILE)
      let release: (() => void) | undefined
      const end = (state: 'SUCCEEDED' | 'FAILED') => {
        if (execution.state !== 'RUNNING') return
        execution.state = state
        release?.()
        active.change(-1)
        if (state === 'SUCCEEDED') durations.add(simulation.now - began)
        onEnd()
      }
      const execution: Execution = { state: 'RUNNING', stop: () => end('FAILED') }
      // Listing goes at its own pace at best, and shares the prefix with whoever else reads there.
      const list = () => {
        const earliest = simulation.now + (partitions / LISTS_PER_SECOND) * 1000
        release = readsOf(table).begin(partitions, () => simulation.at(earliest, read))
      }
      const read = () => {
        if (execution.state !== 'RUNNING') return
        release = readsOf(table).begin(files * READS_PER_FILE, () => end('SUCCEEDED'))
      }
      simulation.after(random.logNormal(ATHENA_OVERHEAD_MS, ATHENA_OVERHEAD_SIGMA), () => {
        if (execution.state === 'RUNNING') list()
      })
      simulation.after(ATHENA_TIMEOUT_MS, () => end('FAILED'))
      return execution
    },
    starts,
    looks,
    durations,
    reads,
    wanted,
    get full() {
      return full
    },
    get peak() {
      return active.peak
    },
    mean() {
      return active.average
    },
  }
}
