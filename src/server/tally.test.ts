import { Counter, Histogram, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { counterTally, histogramTally } from './tally.js'

const BUCKETS = [0.1, 0.5, 1]
const HELP = 'Seconds.'

it('a histogram is rendered as one of prom-client that has seen the same', async () => {
  const [own, theirs] = [new Registry(), new Registry()]
  const tally = histogramTally(own, { name: 'seconds', help: HELP, buckets: BUCKETS, label: 'kind' })
  const histogram = new Histogram({
    name: 'seconds',
    help: HELP,
    buckets: BUCKETS,
    labelNames: ['kind'],
    registers: [theirs],
  })
  expect(await own.metrics()).toBe(await theirs.metrics())
  for (const [kind, seconds] of [
    ['read', 0.1],
    ['read', 0.11],
    ['list', 1],
    ['read', 7],
    ['list', 0],
  ] as const) {
    tally.observe(kind, seconds)
    histogram.observe({ kind }, seconds)
    expect(await own.metrics()).toBe(await theirs.metrics())
  }
})

it('a counter gets what was counted, once', async () => {
  const registry = new Registry()
  const counter = new Counter({
    name: 'all',
    help: HELP,
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  })
  const tally = counterTally(counter, ['kind', 'outcome'])
  tally.add('read', 'ok')
  tally.add('read', 'ok')
  tally.add('read', 'NotFound')
  tally.flush()
  tally.flush()
  tally.add('read', 'ok')
  tally.flush()
  const lines = (await registry.metrics()).split('\n')
  expect(lines).toContain('all{kind="read",outcome="ok"} 3')
  expect(lines).toContain('all{kind="read",outcome="NotFound"} 1')
})
