import type { Simulation } from './simulation.js'

/** A rate with a burst. Counts what was asked and what was refused. */
export interface TokenBucket {
  /** Takes tokens, or none when there are not enough. */
  take(tokens?: number): boolean
  /** Whether that many are there. */
  has(tokens?: number): boolean
  /** Takes tokens that may only come later. Answers in how many milliseconds they are there. */
  reserve(tokens?: number): number
  readonly asked: number
  readonly refused: number
  readonly perSecond: number
}

/** `perSecond` tokens come in, at most `burst` are kept; it starts full. */
export function tokenBucket(simulation: Simulation, perSecond: number, burst = perSecond): TokenBucket {
  let tokens = burst
  let filledAt = simulation.now
  let asked = 0
  let refused = 0
  const fill = () => {
    tokens = Math.min(burst, tokens + ((simulation.now - filledAt) / 1000) * perSecond)
    filledAt = simulation.now
  }
  return {
    take(count = 1) {
      fill()
      asked += count
      if (tokens < count) {
        refused += count
        return false
      }
      tokens -= count
      return true
    },
    has(count = 1) {
      fill()
      return tokens >= count
    },
    reserve(count = 1) {
      fill()
      asked += count
      tokens -= count
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000
    },
    perSecond,
    get asked() {
      return asked
    },
    get refused() {
      return refused
    },
  }
}
