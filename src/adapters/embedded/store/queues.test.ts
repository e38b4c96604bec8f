import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/store/temporaryStore.js'
import type { CascadeMessage } from '../../../ports/queue.js'
import { openStore } from './openStore.js'
import type { Store, StoreQueue } from './store.js'

const message = (n: number): CascadeMessage => ({ entityType: 'user', entityId: `${n}`, incarnation: 'i' })

let now: number
let store: Store
let queue: StoreQueue<CascadeMessage>
let folder: string
let removeFolder: () => Promise<void>

const open = async () => {
  store = await openStore(folder, { clock: { now: () => now } })
  queue = store.queue('cascade')
}
const ids = async (max = 10, visibilityMs = 1000) =>
  (await queue.receive(max, visibilityMs)).map((delivery) => delivery.message.entityId)

beforeEach(async () => {
  now = 1_000_000
  const made = await temporaryFolder()
  folder = made.folder
  removeFolder = made.remove
  await open()
})
afterEach(async () => {
  await store.close()
  await removeFolder()
})

test('messages come in the order in which they were sent, each to one consumer', async () => {
  for (let n = 0; n < 5; n++) await queue.send(message(n))
  expect(await ids(2)).toEqual(['0', '1'])
  expect(await ids()).toEqual(['2', '3', '4'])
  expect(await ids()).toEqual([])
})

test('a message that is not dealt with comes again once its loan is over', async () => {
  await queue.send(message(1))
  expect(await queue.receive(1, 1000)).toMatchObject([{ message: message(1), attempts: 1 }])
  now += 999
  expect(await ids()).toEqual([])
  now += 1
  expect(await queue.receive(1, 1000)).toMatchObject([{ message: message(1), attempts: 2 }])
})

test('loans outlive a restart', async () => {
  await queue.send(message(1))
  await ids(1, 5000)
  await store.close()
  await open()
  expect(await ids()).toEqual([])
  expect(queue.depth()).toBe(1)
  expect(queue.nextDue()).toBe(now + 5000)
  now += 5000
  expect(await queue.receive(1, 1000)).toMatchObject([{ message: message(1), attempts: 2 }])
})

test('a message that is dealt with never comes again', async () => {
  await queue.send(message(1))
  const [delivery] = await queue.receive(1, 1000)
  expect(await queue.complete(delivery?.id as string)).toBe(true)
  expect(await queue.complete(delivery?.id as string)).toBe(false)
  now += 10_000
  expect(await ids()).toEqual([])
  expect(queue.depth()).toBe(0)
  expect(queue.nextDue()).toBeUndefined()
})

test('a message may be put off, and a loan extended', async () => {
  await queue.send(message(1))
  await queue.send(message(2))
  const [one, two] = await queue.receive(2, 1000)
  expect(await queue.retryLater(one?.id as string, 5000, 'not yet')).toBe(true)
  expect(await queue.extend(two?.id as string, 3000)).toBe(true)
  now += 2999
  expect(await ids()).toEqual([])
  now += 1
  expect(await ids()).toEqual(['2'])
  now += 2000
  expect(await ids()).toEqual(['2', '1'].slice(0, 2))
  expect(await queue.extend('99', 1)).toBe(false)
  expect(await queue.retryLater('99', 1, 'e')).toBe(false)
})

test('a message that fails for good becomes a dead letter, and comes back when replayed', async () => {
  await queue.send(message(1))
  const [delivery] = await queue.receive(1, 1000)
  const sequence = (await queue.bury(delivery?.id as string, 'it broke')) as string
  expect(await queue.bury(delivery?.id as string, 'it broke')).toBeUndefined()
  expect(queue.depth()).toBe(0)
  expect(store.deadLetters.get(sequence)).toEqual({
    sequence,
    source: 'cascade',
    subject: message(1),
    error: 'it broke',
    attempts: 1,
    createdAt: new Date(now).toISOString(),
  })
  expect(await store.deadLetters.replay(sequence)).toBe(true)
  expect(await store.deadLetters.replay(sequence)).toBe(false)
  expect(store.deadLetters.count()).toBe(0)
  expect(await queue.receive(1, 1000)).toMatchObject([{ message: message(1), attempts: 1 }])
})

test('consumers at once never share a message', async () => {
  for (let n = 0; n < 100; n++) await queue.send(message(n))
  const taken = await Promise.all(Array.from({ length: 30 }, () => ids(5)))
  expect(taken.flat()).toHaveLength(100)
  expect(new Set(taken.flat()).size).toBe(100)
})

test('queues are apart, and their senders are heard', async () => {
  const heard: string[] = []
  const stop = queue.onSend(() => heard.push('cascade'))
  store.queue('deletion').onSend(() => heard.push('deletion'))
  await queue.send(message(1))
  await store.queue('deletion').send({ taskId: 't' })
  stop()
  await queue.send(message(2))
  expect(heard).toEqual(['cascade', 'deletion'])
  expect(await ids()).toEqual(['1', '2'])
  expect(await store.queue('deletion').receive(10, 1000)).toMatchObject([{ message: { taskId: 't' } }])
  expect(store.stats().queueDepths).toEqual({ cascade: 2, deletion: 1 })
})

test('every message is listed, also one on loan or put off', async () => {
  for (const n of [1, 2, 3]) await queue.send(message(n))
  const [first] = await queue.receive(1, 1000)
  await queue.retryLater(first?.id as string, 5000, 'later')
  const listed = queue.list()
  expect(listed.map((one) => one.message.entityId)).toEqual(['1', '2', '3'])
  expect(listed[0]?.id).toBe(first?.id)
  await queue.complete(first?.id as string)
  expect(queue.list()).toHaveLength(2)
})
