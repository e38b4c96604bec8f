import { describe, expect, it } from 'vitest'
import { LARGE, NEEDED, SMALL } from './lakeSystems.js'
import { type Explored, explore } from './scheduler.js'

/** Larger systems take minutes: `LAKE_ORDERS=all` explores those, too, and prints what was explored. */
const ALL = process.env.LAKE_ORDERS === 'all'

function show(name: string, { states, interleavings, steps, isComplete }: Explored): void {
  const orders = isComplete ? `${interleavings} orders of up to ${steps} steps` : 'not all orders'
  if (ALL) process.stdout.write(`${name}: ${states} states, ${orders}\n`)
}

describe('in every order, each query sees what it must', () => {
  const systems = ALL ? { ...SMALL, ...LARGE } : SMALL
  it.each(Object.entries(systems))('%s', { timeout: ALL ? 3_600_000 : 900_000 }, async (name, system) => {
    const explored = await explore(() => system({}))
    show(name, explored)
    expect(explored.failure).toBeUndefined()
    expect(explored.isComplete).toBe(true)
    expect(explored.interleavings).toBeGreaterThan(100n)
  })
})

describe('without', () => {
  it.each(NEEDED)(
    '%s there is an order that goes wrong',
    { timeout: 900_000 },
    async (_name, without, system, problem) => {
      const { failure } = await explore(() => system(without))
      expect(failure?.message).toContain(problem)
    },
  )
})
