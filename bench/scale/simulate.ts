import type { OperationKind } from '../../src/model/types.js'
import { type Backend, newBackend } from './backend.js'
import {
  NEW_TABLE_PARTITIONS,
  ON_DEMAND_HEADROOM,
  PARTITION_READ_UNITS,
  PARTITION_WRITE_UNITS,
} from './limits.js'
import { type Random, seededRandom } from './random.js'
import type { RecordedCalls } from './recordedCalls.js'
import { randomRequest } from './requests.js'
import { newSimulation } from './simulation.js'
import type { Workload } from './workload.js'

export interface SimulationInput {
  readonly workload: Workload
  /** Times the workload's base: 1, 10, 100, 1,000. */
  readonly load: number
  readonly calls: RecordedCalls
  readonly seed: number
  /** Seconds of simulated time. Default: fewer for a higher load. */
  readonly seconds?: number
}

/** Runs a workload and answers the backend as it is at the end. */
export function simulate(input: SimulationInput): { readonly backend: Backend; readonly seconds: number } {
  const { workload, load, calls, seed, seconds = secondsOf(load) } = input
  const simulation = newSimulation()
  const random = seededRandom(seed)
  const backend = newBackend(simulation, random, calls, workload, load, partitionsOf(workload, load))
  const gapMs = 1000 / (workload.requestsPerSecond * load)
  const arrive = () => {
    randomRequest(backend, kindOf(workload, random))
    simulation.after(random.exponential(gapMs), arrive)
  }
  simulation.after(random.exponential(gapMs), arrive)
  simulation.run(seconds * 1000)
  return { backend, seconds }
}

/** Simulated time: an hour of little, less than a minute of much. */
function secondsOf(load: number): number {
  return load >= 1000 ? 40 : load >= 100 ? 120 : load >= 10 ? 900 : 3600
}

/** Partitions of a table that has had this load before: on-demand keeps twice the peak ready. */
function partitionsOf({ requestsPerSecond, shares, isNew }: Workload, load: number): number {
  if (isNew) return NEW_TABLE_PARTITIONS
  const rate = (...kinds: readonly OperationKind[]) =>
    kinds.reduce((sum, kind) => sum + (shares[kind] ?? 0), 0) * requestsPerSecond * load
  // A relation's transaction takes two units for each of its five items.
  const writes = rate('create', 'update', 'delete') + 10 * rate('insertRelation')
  const needed = Math.max(writes / PARTITION_WRITE_UNITS, rate('read') / PARTITION_READ_UNITS)
  return Math.max(NEW_TABLE_PARTITIONS, Math.ceil(ON_DEMAND_HEADROOM * needed))
}

function kindOf({ shares }: Workload, random: Random): OperationKind {
  const entries = Object.entries(shares) as [OperationKind, number][]
  let left = random.unit()
  for (const [kind, share] of entries) {
    left -= share
    if (left < 0) return kind
  }
  return (entries[0] as [OperationKind, number])[0]
}
