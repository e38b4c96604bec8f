import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createStatementGate } from './statementGate.js'

it('holds new statements back until the running ones have ended and the work is done', async () => {
  const gate = createStatementGate()
  const events: string[] = []
  await gate.enter()
  const quiet = gate.quiet(1000, async () => {
    events.push('work')
    await sleep(10)
    events.push('done')
  })
  const later = gate.enter().then(() => events.push('entered'))
  await sleep(10)
  events.push('leaves')
  gate.leave()
  expect(await quiet).toBe(true)
  await later
  expect(events).toEqual(['leaves', 'work', 'done', 'entered'])
})

it('gives up on a statement that goes on, and lets others in again', async () => {
  const gate = createStatementGate()
  await gate.enter()
  let worked = false
  expect(
    await gate.quiet(20, async () => {
      worked = true
    }),
  ).toBe(false)
  await gate.enter()
  gate.leave()
  gate.leave()
  expect(worked).toBe(false)
  expect(await gate.quiet(20, async () => undefined)).toBe(true)
})

it('opens again when the work fails', async () => {
  const gate = createStatementGate()
  await expect(gate.quiet(20, () => Promise.reject(new Error('no room')))).rejects.toThrow('no room')
  await gate.enter()
})
