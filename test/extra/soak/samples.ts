import { readdirSync, readFileSync } from 'node:fs'

export interface Sample {
  /** Seconds. */
  readonly at: number
  readonly value: number
}

export interface Trend {
  readonly what: string
  readonly first: number
  readonly last: number
  readonly mean: number
  /** What the least-squares line grows by over the time that was looked at. */
  readonly growth: number
}

/** Memory that is really in use, in MB: RSS without pages of files, which are the system's to take back. */
export function privateMegabytes(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kilobytes = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1])
    return Number.isFinite(kilobytes) ? kilobytes / 1024 : undefined
  } catch {
    return undefined
  }
}

export function openFiles(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined
  }
}

const WINDOW_SECONDS = 10

/** The lowest sample of each window: what is left when the collector has been there. */
export function lowest(samples: readonly Sample[]): Sample[] {
  const windows = new Map<number, Sample>()
  for (const sample of samples) {
    const window = Math.floor(sample.at / WINDOW_SECONDS)
    const known = windows.get(window)
    if (!known || sample.value < known.value) windows.set(window, sample)
  }
  return [...windows.values()]
}

export function trendOf(what: string, samples: readonly Sample[]): Trend {
  const count = samples.length
  const meanAt = samples.reduce((sum, { at }) => sum + at, 0) / count
  const mean = samples.reduce((sum, { value }) => sum + value, 0) / count
  let [products, squares] = [0, 0]
  for (const { at, value } of samples) {
    products += (at - meanAt) * (value - mean)
    squares += (at - meanAt) ** 2
  }
  const slope = squares === 0 ? 0 : products / squares
  const [first, last] = [samples[0], samples.at(-1)]
  const seconds = first && last ? last.at - first.at : 0
  return { what, first: first?.value ?? 0, last: last?.value ?? 0, mean, growth: slope * seconds }
}
