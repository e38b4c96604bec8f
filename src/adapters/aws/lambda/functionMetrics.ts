import { type WriteLine, writeLine } from './functionLog.js'

/** Units of CloudWatch that functions measure in. */
export type MetricUnit = 'Milliseconds' | 'Seconds' | 'Count' | 'Bytes'

/** Measurements of one invocation. They reach CloudWatch through the log, without a call. */
export interface FunctionMetrics {
  /** Notes one value. Many of one name are kept as many: percentiles stay right. */
  add(name: string, value: number, unit: MetricUnit): void
  /** Counts one failure, under its code. */
  failure(code: string): void
  /** Writes what has been noted, with further fields beside it. */
  flush(fields?: Readonly<Record<string, unknown>>): void
}

export const METRIC_NAMESPACE = 'OCG'

/** Most values of one name in a line. Source: specification of CloudWatch's embedded metric format. */
const MAX_VALUES = 100

interface Series {
  readonly unit: MetricUnit
  readonly values: number[]
}

/**
 * Metrics in CloudWatch's embedded format, with the dimensions project and kind; failures have their code as well. The
 * function's name is a field of the line but no dimension: every combination of dimensions is billed by the month, and a
 * large schema has thousands of functions, whose durations and errors Lambda measures anyway.
 */
export function functionMetrics(
  dimensions: { readonly project: string; readonly kind: string },
  common: Readonly<Record<string, unknown>>,
  write: WriteLine = writeLine,
): FunctionMetrics {
  let series = new Map<string, Series>()
  const failures = new Map<string, number>()

  function flushValues(fields: Readonly<Record<string, unknown>>): void {
    write(line([...series], dimensions, { ...common, ...fields }))
    series = new Map()
  }

  return {
    add(name, value, unit) {
      const one = series.get(name) ?? { unit, values: [] }
      series.set(name, one)
      one.values.push(value)
      if (one.values.length >= MAX_VALUES) flushValues({})
    },
    failure(code) {
      failures.set(code, (failures.get(code) ?? 0) + 1)
    },
    flush(fields = {}) {
      if (series.size > 0) flushValues(fields)
      for (const [code, count] of failures) {
        const failed: [string, Series] = ['Failures', { unit: 'Count', values: [count] }]
        write(line([failed], { ...dimensions, code }, common))
      }
      failures.clear()
    },
  }
}

function line(
  series: readonly (readonly [string, Series])[],
  dimensions: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, unknown>>,
): string {
  const Metrics = series.map(([Name, { unit: Unit }]) => ({ Name, Unit }))
  const values = series.map(([name, { values }]) => [name, values.length === 1 ? values[0] : values])
  return JSON.stringify({
    ...fields,
    ...dimensions,
    ...Object.fromEntries(values),
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics }],
    },
  })
}
