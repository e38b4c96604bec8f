/** Random numbers of one seed: the same seed gives the same simulation. */
export interface Random {
  /** In [0, 1). */
  unit(): number
  /** Exponentially distributed: gaps between arrivals that know nothing of each other. */
  exponential(mean: number): number
  /** Log-normally distributed around a median: how long calls take. `sigma` 0.5 has its p99 at 3.2 medians. */
  logNormal(median: number, sigma: number): number
  /** A rank from 1 to `count`, rank `k` about `k^-skew` as often as rank 1. */
  zipf(count: number, skew: number): number
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  // Mulberry32, of which 2^32 numbers are enough here.
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const exponential = (mean: number) => -mean * Math.log(1 - unit())
  return {
    unit,
    exponential,
    logNormal(median, sigma) {
      const normal = Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit())
      return median * Math.exp(sigma * normal)
    },
    zipf(count, skew) {
      // The integral of x^-skew in the sum's place: exact enough, and without a table of ten million ranks.
      const end = 1 - skew
      const u = unit()
      const x = Math.abs(end) < 1e-9 ? (count + 1) ** u : (((count + 1) ** end - 1) * u + 1) ** (1 / end)
      return Math.min(count, Math.floor(x))
    },
  }
}

/** Spreads numbers over 32 bits, as partition keys are hashed. */
export function hashOf(number: number): number {
  let mixed = Math.imul(number ^ 0x9e3779b9, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
