import type { Simulation } from './simulation.js'

/** Servers with one queue before them, first come first served. */
export interface Station {
  /** Waits for a server, holds it for `milliseconds`, then calls `done` with the time that was spent waiting. */
  serve(milliseconds: number, done?: (waitedMs: number) => void): void
  readonly waiting: number
  /** Milliseconds that servers were busy, of all of them together. */
  readonly busyMs: number
}

export function station(simulation: Simulation, servers: number): Station {
  const queue: (() => void)[] = []
  let head = 0
  let free = servers
  let busyMs = 0

  function serve(milliseconds: number, done?: (waitedMs: number) => void): void {
    const arrived = simulation.now
    const begin = () => {
      const waited = simulation.now - arrived
      free -= 1
      busyMs += milliseconds
      simulation.after(milliseconds, () => {
        free += 1
        done?.(waited)
        const next = queue[head]
        if (!next || free === 0) return
        head += 1
        if (head > 10_000) {
          queue.splice(0, head)
          head = 0
        }
        next()
      })
    }
    if (free > 0) begin()
    else queue.push(begin)
  }
  return {
    serve,
    get waiting() {
      return queue.length - head
    },
    get busyMs() {
      return busyMs
    },
  }
}
