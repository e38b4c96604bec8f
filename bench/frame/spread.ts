/** A quantity that was measured several times: its median, and the smallest and largest of the samples. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly samples: number
}

/** With 20 samples or more, `low` and `high` are the 5th and 95th percentile; with fewer, the extremes. Throws for none. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('There is nothing to take the median of.')
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = sorted.length < 20 ? [0, 1] : [0.05, 0.95]
  return {
    median: rounded(percentile(sorted, 0.5)),
    low: rounded(percentile(sorted, low)),
    high: rounded(percentile(sorted, high)),
    samples: sorted.length,
  }
}

/** One figure that is known without samples. */
export function exactly(value: number): Spread {
  const figure = rounded(value)
  return { median: figure, low: figure, high: figure, samples: 1 }
}

/** Spread of the ratios of pairs. */
export function ratiosOf(over: readonly number[], under: readonly number[]): Spread {
  return spreadOf(over.map((value, index) => value / (under[index] as number)))
}

/** The value below which that part of sorted values lies. */
export function percentile(sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part
  const [below, above] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number]
  return below + (above - below) * (at - Math.floor(at))
}

/** Four significant digits: more are noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
