import type { Machine } from './machine.js'
import type { Spread } from './spread.js'

/** One line of a benchmark's table: what was measured of ours, of a peer in the same rounds, and how they compare. */
export interface Measure {
  /** The lines of one circumstance stand together: `1,000,000 rows, idle`. */
  readonly group: string
  readonly name: string
  readonly unit: string
  readonly ours: Spread
  readonly peer?: { readonly name: string; readonly value: Spread }
  /** Of pairs measured one after the other. Which way it is divided, the benchmark says. */
  readonly ratio?: Spread
  readonly aim?: Aim
}

export interface Aim {
  /** `at most 1.2, or 3 ms more` */
  readonly text: string
  readonly met: boolean
}

/** What one run of one benchmark found, as it is kept in `bench/results`. */
export interface BenchResult {
  readonly number: number
  readonly name: string
  readonly title: string
  /** What the column of ratios divides: `time of ours / time of the file`. */
  readonly ratio: string
  readonly measures: readonly Measure[]
  /** What a reader must know besides: peers that are missing, what was left out. Whole sentences. */
  readonly notes: readonly string[]
  /** A small run: shows that the benchmark works, its figures say little. */
  readonly quick: boolean
  /** `2026-11-21T14:00:00Z` */
  readonly startedAt: string
  readonly seconds: number
  readonly machine: Machine
}

/** What a benchmark's run is given. */
export interface BenchOptions {
  readonly quick: boolean
  /** Tells people how far it is. */
  readonly tell: (text: string) => void
  /** Lakes that grow end here. Default: they grow to 10 million rows. */
  readonly mostRows?: number
}

/** A numbered benchmark. */
export interface Bench extends Pick<BenchResult, 'number' | 'name' | 'title' | 'ratio'> {
  run(
    options: BenchOptions,
  ): Promise<{ readonly measures: readonly Measure[]; readonly notes?: readonly string[] }>
}
