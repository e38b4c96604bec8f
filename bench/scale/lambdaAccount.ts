import { COLD_START_MS } from './assumptions.js'
import { ACCOUNT_CONCURRENCY, REQUESTS_PER_CONCURRENCY, SCALING_BURST, SCALING_PER_SECOND } from './limits.js'
import { occupancy } from './occupancy.js'
import type { Simulation } from './simulation.js'
import { type TokenBucket, tokenBucket } from './tokenBucket.js'

/** The functions of an account: they share its concurrency and its requests a second. */
export interface LambdaAccount {
  /** Runs `body` in an environment of the function until it calls `finish`; false when Lambda throttles. */
  invoke(name: string, body: (finish: () => void) => void): boolean
  readonly invocations: number
  readonly throttled: number
  readonly coldStarts: number
  readonly peak: number
  /** Environments that were busy, on average since the start. */
  mean(): number
}

interface Pool {
  idle: number
  readonly scaling: TokenBucket
}

export function lambdaAccount(simulation: Simulation, concurrency = ACCOUNT_CONCURRENCY): LambdaAccount {
  const pools = new Map<string, Pool>()
  const requests = tokenBucket(simulation, concurrency * REQUESTS_PER_CONCURRENCY)
  const busy = occupancy(simulation)
  let invocations = 0
  let throttled = 0
  let coldStarts = 0
  const poolOf = (name: string): Pool => {
    const scaling = tokenBucket(simulation, SCALING_PER_SECOND, SCALING_BURST)
    const pool = pools.get(name) ?? { idle: 0, scaling }
    pools.set(name, pool)
    return pool
  }

  return {
    invoke(name, body) {
      invocations += 1
      const pool = poolOf(name)
      const isCold = pool.idle === 0
      if (busy.now >= concurrency || !requests.take() || (isCold && !pool.scaling.take())) {
        throttled += 1
        return false
      }
      busy.change(1)
      const finish = () => {
        busy.change(-1)
        pool.idle += 1
      }
      if (isCold) {
        coldStarts += 1
        simulation.after(COLD_START_MS, () => body(finish))
      } else {
        pool.idle -= 1
        body(finish)
      }
      return true
    },
    get invocations() {
      return invocations
    },
    get throttled() {
      return throttled
    },
    get coldStarts() {
      return coldStarts
    },
    get peak() {
      return busy.peak
    },
    mean() {
      return busy.average
    },
  }
}
