/** Values of one kind, as percentiles. */
export interface Series {
  add(value: number): void
  readonly count: number
  /** The median for `share` 0.5; NaN without values. */
  percentile(share: number): number
}

export function series(): Series {
  const values: number[] = []
  let sorted: Float64Array | undefined
  return {
    add(value) {
      values.push(value)
      sorted = undefined
    },
    get count() {
      return values.length
    },
    percentile(share) {
      sorted ??= Float64Array.from(values).sort()
      return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
    },
  }
}
