import { setTimeout as sleep } from 'node:timers/promises'

export interface Scheduled {
  /** `rate(5 minutes)` */
  readonly expression: string
  readonly targets: readonly string[]
}

/** What a schedule's rule hands to its function. */
export function scheduledEvent(place: { readonly region: string; readonly account: string }) {
  const time = new Date().toISOString()
  return { ...place, source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {}, time }
}

/** Fires rules by the clock, whose minute has a length of its own. A function that still runs is not called once more. */
export function startSchedules(
  rules: readonly Scheduled[],
  minuteMs: number,
  fire: (target: string) => Promise<void>,
): { close(): Promise<void> } {
  const stop = new AbortController()
  async function keep(target: string, everyMs: number): Promise<void> {
    while (!stop.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined)
      if (!stop.signal.aborted) await fire(target)
    }
  }
  const running = rules.flatMap(({ expression, targets }) => {
    const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(expression) ?? []
    if (minutes === undefined) throw new Error(`No schedule that is known: ${expression}.`)
    return targets.map((target) => keep(target, Number(minutes) * minuteMs))
  })
  return {
    async close() {
      stop.abort()
      await Promise.allSettled(running)
    },
  }
}
