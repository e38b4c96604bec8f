import { describe, expect, it } from 'vitest'
import { series } from '../../bench/scale/measures.js'
import { hashOf, seededRandom } from '../../bench/scale/random.js'
import { sharedRate } from '../../bench/scale/sharedRate.js'
import { newSimulation } from '../../bench/scale/simulation.js'
import { station } from '../../bench/scale/station.js'
import { tokenBucket } from '../../bench/scale/tokenBucket.js'

describe('station', () => {
  it.each([0.3, 0.5, 0.8])('waits as the formula of M/M/1 says at a use of %s', (use) => {
    const simulation = newSimulation()
    const random = seededRandom(7)
    const one = station(simulation, 1)
    const serviceMs = 10
    let waited = 0
    let served = 0
    const arrive = () => {
      one.serve(random.exponential(serviceMs), (ms) => {
        waited += ms
        served += 1
      })
      simulation.after(random.exponential(serviceMs / use), arrive)
    }
    arrive()
    simulation.run(4_000_000)
    const expected = (use * serviceMs) / (1 - use)
    expect(waited / served / expected).toBeGreaterThan(0.93)
    expect(waited / served / expected).toBeLessThan(1.07)
    expect(one.busyMs / simulation.now).toBeCloseTo(use, 1)
  })

  it('serves as many at a time as it has servers', () => {
    const simulation = newSimulation()
    const two = station(simulation, 2)
    const ends: number[] = []
    for (let index = 0; index < 5; index += 1) two.serve(10, () => ends.push(simulation.now))
    expect(two.waiting).toBe(3)
    simulation.run(100)
    expect(ends).toEqual([10, 10, 20, 20, 30])
  })
})

describe('token bucket', () => {
  it('gives its burst at once and then its rate', () => {
    const simulation = newSimulation()
    const bucket = tokenBucket(simulation, 20, 80)
    const taken = () => Array.from({ length: 200 }, () => bucket.take()).filter(Boolean).length
    expect(taken()).toBe(80)
    simulation.run(1_000)
    expect(taken()).toBe(20)
    simulation.run(60_000)
    expect(taken()).toBe(80)
    expect({ asked: bucket.asked, refused: bucket.refused }).toEqual({ asked: 600, refused: 420 })
  })

  it('says how long what is reserved takes to come', () => {
    const simulation = newSimulation()
    const bucket = tokenBucket(simulation, 100, 10)
    expect(bucket.reserve(10)).toBe(0)
    expect(bucket.reserve(5)).toBeCloseTo(50)
    expect(bucket.reserve(5)).toBeCloseTo(100)
    simulation.run(200)
    expect(bucket.has(10)).toBe(true)
    expect(bucket.has(11)).toBe(false)
  })
})

describe('shared rate', () => {
  it('divides itself evenly, and nobody gets more than the most', () => {
    const simulation = newSimulation()
    const rate = sharedRate(simulation, 100, 60)
    const ends: Record<string, number> = {}
    // Alone 60 a second; both together 50 each.
    rate.begin(60, () => (ends.a = simulation.now))
    simulation.run(500)
    rate.begin(60, () => (ends.b = simulation.now))
    simulation.run(10_000)
    expect(ends.a).toBeCloseTo(1_100)
    // 30 done beside the first, the rest alone.
    expect(ends.b).toBeCloseTo(1_100 + 500)
    expect(rate.done).toBeCloseTo(120)
  })

  it('forgets what is given up', () => {
    const simulation = newSimulation()
    const rate = sharedRate(simulation, 100)
    let ended = false
    const giveUp = rate.begin(100, () => (ended = true))
    simulation.run(500)
    giveUp()
    simulation.run(5_000)
    expect({ ended, active: rate.active }).toEqual({ ended: false, active: 0 })
    expect(rate.done).toBeCloseTo(50)
  })
})

describe('simulation', () => {
  it('runs events by time, those of one time in their order', () => {
    const simulation = newSimulation()
    const seen: string[] = []
    const random = seededRandom(3)
    const times = Array.from({ length: 500 }, () => Math.floor(random.unit() * 50))
    for (const [index, time] of times.entries()) simulation.at(time, () => seen.push(`${time} ${index}`))
    simulation.run(49)
    const expected = times
      .map((time, index) => ({ time, index }))
      .sort((a, b) => a.time - b.time || a.index - b.index)
    expect(seen).toEqual(expected.map(({ time, index }) => `${time} ${index}`))
  })
})

describe('random numbers', () => {
  it('have the means and medians that they should', () => {
    const random = seededRandom(11)
    const many = (draw: () => number) => Array.from({ length: 100_000 }, draw)
    const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
    expect(mean(many(() => random.unit()))).toBeCloseTo(0.5, 1)
    expect(mean(many(() => random.exponential(5)))).toBeCloseTo(5, 0)
    const calls = series()
    for (const one of many(() => random.logNormal(10, 0.5))) calls.add(one)
    expect(calls.percentile(0.5)).toBeCloseTo(10, 0)
    expect(calls.percentile(0.99) / 10).toBeCloseTo(3.2, 0)
  })

  it('rank as often as Zipf has it', () => {
    const random = seededRandom(5)
    const counts = new Map<number, number>()
    for (let index = 0; index < 100_000; index += 1) {
      const rank = random.zipf(1_000, 1)
      counts.set(rank, (counts.get(rank) ?? 0) + 1)
    }
    const first = counts.get(1) ?? 0
    expect(Math.max(...counts.keys())).toBeLessThanOrEqual(1_000)
    expect(first / (counts.get(10) ?? 1)).toBeGreaterThan(5)
    expect(first / (counts.get(10) ?? 1)).toBeLessThan(12)
  })

  it('hash evenly', () => {
    const parts = [0, 0, 0, 0]
    for (let key = 0; key < 40_000; key += 1) {
      const part = Math.floor((hashOf(key) / 4_294_967_296) * 4)
      parts[part] = (parts[part] ?? 0) + 1
    }
    for (const count of parts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
})
