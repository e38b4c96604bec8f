import { describe, expect, it } from 'vitest'
import { readCalls } from '../../bench/scale/recordedCalls.js'
import { reportOf } from '../../bench/scale/report.js'
import { simulate } from '../../bench/scale/simulate.js'
import { statementCost } from '../../bench/scale/statementTime.js'
import { WORKLOADS, type Workload } from '../../bench/scale/workload.js'

const { calls } = readCalls()

describe('simulate', () => {
  it('gives the same for the same seed, and something else for another', () => {
    const run = (seed: number) => report('shop', 10, seed, 60)
    expect(run(1)).toEqual(run(1))
    expect(run(1)).not.toEqual(run(2))
  })

  it('asks for as much as the workload says', () => {
    const { parts, answers } = report('month', 100, 3, 20)
    const requests = answers.reduce((sum, { kind, count }) => sum + (kind === 'taskResult' ? 0 : count), 0)
    // 1,000 a second; those that are still under way at the end are not counted.
    expect(requests / 20_000).toBeGreaterThan(0.95)
    expect(requests / 20_000).toBeLessThan(1.02)
    const tokens = parts.find(({ part }) => part.startsWith('AppSync'))
    expect(tokens?.use).toBeGreaterThan(0.095)
  })

  it('throttles no write that its partitions can take', () => {
    const { answers } = report('ingest', 100, 5, 20)
    expect(answers.find(({ kind }) => kind === 'create')?.failed).toEqual({})
  })

  it('throttles writes of one type when its list partitions in GSI1 are full, though the table is not', () => {
    const { parts, answers } = report('ingest', 1_000, 5, 5)
    const use = (name: string) => parts.find(({ part }) => part.startsWith(name))?.use ?? 0
    // 6,000 creates and 2,000 updates a second over four partitions of 1,000 units, with the SDK's tries.
    expect(use('GSI1, writes')).toBeGreaterThan(1.5)
    expect(use('Table')).toBeLessThan(1)
    expect(answers.find(({ kind }) => kind === 'create')?.failed.Throttled).toBeGreaterThan(0.01)
  })

  it('never has more statements active than Athena allows', () => {
    const { backend } = simulate({ workload: workloadOf('shop'), load: 1_000, calls, seed: 4, seconds: 15 })
    expect(backend.athena.peak).toBe(200)
    expect(backend.athena.full).toBeGreaterThan(0)
    expect(backend.lambda.peak).toBeLessThanOrEqual(1_000)
  })
})

describe('statementCost', () => {
  it('adds up lists, reads and the scan', () => {
    const { lists, reads, total } = statementCost(5_952, 100_000)
    expect({ lists, reads }).toEqual({ lists: 5_952, reads: 200_000 })
    // 5,952 × $5/million + 200,000 × $0.4/million + 100 MB of a TB × $5
    expect(total).toBeCloseTo(0.02976 + 0.08 + 0.00045, 3)
  })
})

function report(name: string, load: number, seed: number, seconds: number) {
  const { backend } = simulate({ workload: workloadOf(name), load, calls, seed, seconds })
  return reportOf(backend, seconds)
}

function workloadOf(name: string): Workload {
  const found = WORKLOADS.find((one) => one.name === name)
  if (!found) throw new Error(`There is no workload ${name}.`)
  return found
}
