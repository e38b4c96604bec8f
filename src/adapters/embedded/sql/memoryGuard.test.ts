import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { guardMemory } from './memoryGuard.js'

it('calls while there is too much, and not before', async () => {
  const usedMb = process.memoryUsage.rss() / 1024 / 1024
  let low = 0
  let high = 0
  const stops = [
    guardMemory(usedMb / 4, () => (low += 1), usedMb / 4),
    guardMemory(usedMb * 2, () => (high += 1), usedMb * 2),
  ]
  await sleep(700)
  for (const stop of stops) stop()
  const calls = low
  await sleep(400)
  expect(calls).toBeGreaterThan(0)
  expect([low, high]).toEqual([calls, 0])
})
