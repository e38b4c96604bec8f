import type { Simulation } from './simulation.js'

/** How many of something are in use: now, at most, and on average since the start. */
export interface Occupancy {
  readonly now: number
  readonly peak: number
  readonly average: number
  change(by: number): void
}

export function occupancy(simulation: Simulation): Occupancy {
  let now = 0
  let peak = 0
  let usedMs = 0
  let since = 0
  return {
    get now() {
      return now
    },
    get peak() {
      return peak
    },
    get average() {
      return (usedMs + now * (simulation.now - since)) / Math.max(1, simulation.now)
    },
    change(by) {
      usedMs += now * (simulation.now - since)
      since = simulation.now
      now += by
      peak = Math.max(peak, now)
    },
  }
}
