import type { Counter, Metric, Registry } from 'prom-client'

/** Counts by two labels. Cheap to call for each request: prom-client makes and hashes an object of labels each time. */
export interface CounterTally {
  add(first: string, second: string): void
  /** Hands over what was counted since the last time. */
  flush(): void
}

export function counterTally<First extends string, Second extends string>(
  counter: Counter<First | Second>,
  [first, second]: readonly [First, Second],
): CounterTally {
  const counts = new Map<string, Map<string, number>>()
  return {
    add(a, b) {
      const within = counts.get(a) ?? new Map<string, number>()
      if (within.size === 0) counts.set(a, within)
      within.set(b, (within.get(b) ?? 0) + 1)
    },
    flush() {
      for (const [a, within] of counts) {
        for (const [b, count] of within) {
          counter.inc({ [first]: a, [second]: b } as Record<First | Second, string>, count)
        }
      }
      counts.clear()
    },
  }
}

/** A histogram by one label that prom-client only renders. */
export interface HistogramTally {
  observe(label: string, value: number): void
}

interface Observed {
  /** By bucket, each without the ones before; the last is for what is above all bounds. */
  readonly counts: number[]
  sum: number
}

export function histogramTally(
  registry: Registry,
  options: {
    readonly name: string
    readonly help: string
    /** Upper bounds, ascending. */
    readonly buckets: readonly number[]
    readonly label: string
  },
): HistogramTally {
  const { name, help, buckets, label } = options
  const observed = new Map<string, Observed>()
  registry.registerMetric({
    name,
    get: async () => ({
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...observed].flatMap(([value, one]) => valuesOf(name, buckets, { [label]: value }, one)),
    }),
    // All that a registry asks of a metric, as the test shows.
  } as unknown as Metric)
  return {
    observe(value, amount) {
      const one = observed.get(value) ?? { counts: Array<number>(buckets.length + 1).fill(0), sum: 0 }
      observed.set(value, one)
      let at = 0
      while (at < buckets.length && amount > (buckets[at] as number)) at += 1
      one.counts[at] = (one.counts[at] as number) + 1
      one.sum += amount
    },
  }
}

function valuesOf(
  name: string,
  buckets: readonly number[],
  labels: Readonly<Record<string, string>>,
  { counts, sum }: Observed,
) {
  let total = 0
  const cumulated = counts.map((count, at) => {
    total += count
    return { metricName: `${name}_bucket`, labels: { le: buckets[at] ?? '+Inf', ...labels }, value: total }
  })
  return [
    ...cumulated,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ]
}
