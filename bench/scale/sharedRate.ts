import type { Simulation } from './simulation.js'

/** A rate that all who work at a time share evenly, none getting more than `most`: requests to a prefix of S3. */
export interface SharedRate {
  /** Calls `done` when `work` is done. The answer gives up what is left of it. */
  begin(work: number, done: () => void): () => void
  readonly active: number
  /** Work done so far. */
  readonly done: number
}

interface Job {
  left: number
  readonly done: () => void
}

export function sharedRate(simulation: Simulation, perSecond: number, most = perSecond): SharedRate {
  const jobs = new Set<Job>()
  let total = 0
  let since = simulation.now
  let version = 0

  const speed = () => Math.min(most, perSecond / Math.max(1, jobs.size)) / 1000

  /** Brings what is left of each job up to the present. */
  function advance(): void {
    const each = (simulation.now - since) * speed()
    since = simulation.now
    for (const job of jobs) {
      total += Math.min(each, job.left)
      job.left -= each
    }
  }

  function plan(): void {
    version += 1
    const planned = version
    let least = Number.POSITIVE_INFINITY
    for (const { left } of jobs) least = Math.min(least, left)
    if (least === Number.POSITIVE_INFINITY) return
    simulation.after(Math.max(0, least / speed()), () => {
      if (planned !== version) return
      advance()
      const ended = [...jobs].filter(({ left }) => left <= 1e-6)
      for (const job of ended) jobs.delete(job)
      plan()
      for (const job of ended) job.done()
    })
  }

  return {
    begin(work, done) {
      advance()
      const job: Job = { left: work, done }
      jobs.add(job)
      plan()
      return () => {
        if (!jobs.has(job)) return
        advance()
        jobs.delete(job)
        plan()
      }
    },
    get active() {
      return jobs.size
    },
    get done() {
      return total
    },
  }
}
