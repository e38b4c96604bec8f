/** How long changes took from their commit to the image, in milliseconds. Undefined before the first. */
export interface Freshness {
  readonly last: number | undefined
  readonly p50: number | undefined
  readonly p99: number | undefined
}

const SAMPLES = 1024

/** Keeps the latest samples: of each transaction, the age of its oldest change. */
export function measureFreshness(): { add(lagMs: number): void; read(): Freshness } {
  const samples: number[] = []
  let count = 0
  let last: number | undefined
  return {
    add(lagMs) {
      samples[count % SAMPLES] = lagMs
      count += 1
      last = lagMs
    },
    read() {
      const sorted = [...samples].sort((a, b) => a - b)
      const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
      return { last, p50: at(0.5), p99: at(0.99) }
    },
  }
}
