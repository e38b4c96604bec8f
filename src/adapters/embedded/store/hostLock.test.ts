import { hostname } from 'node:os'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import { DataFolderError } from './dataFolderError.js'
import { closeEnvironment, openEnvironment } from './environment.js'
import { CLAIM_LIFETIME_MS } from './hostLock.js'
import { putMetaValue } from './meta.js'
import { openStore } from './openStore.js'
import type { Store } from './store.js'

let now: number
let store: Store
let folder: string
let remove: () => Promise<void>
const clock = { now: () => now }

beforeEach(async () => {
  now = 1_000_000
  const opened = await temporaryStore({ clock })
  store = opened.store
  folder = opened.folder
  remove = opened.remove
})
afterEach(async () => {
  vi.useRealTimers()
  await remove()
})

/** A claim as another process would have left it. */
async function leave(claim: {
  pid: number
  hostname?: string
  heartbeatAt?: number
  brief?: boolean
}): Promise<void> {
  const environment = openEnvironment(`${folder}/store`, () => undefined)
  const stored = { token: 'another', hostname: hostname(), claimedAt: now, heartbeatAt: now, ...claim }
  await environment.root.transaction(() => putMetaValue(environment, 'hostLock', JSON.stringify(stored)))
  await closeEnvironment(environment)
}

test('a claim is seen, told its address, and given back', async () => {
  expect(store.hostLock.holder()).toBeUndefined()
  await store.hostLock.claim()
  await store.hostLock.setUrl('http://127.0.0.1:4000')
  expect(store.hostLock.holder()).toEqual({
    pid: process.pid,
    hostname: hostname(),
    url: 'http://127.0.0.1:4000',
    claimedAt: now,
    heartbeatAt: now,
  })
  await store.hostLock.release()
  expect(store.hostLock.holder()).toBeUndefined()
  await expect(store.hostLock.setUrl('http://127.0.0.1:4000')).rejects.toThrow('invariant')
})

test('one process has one host of a folder, and closing lets go', async () => {
  await store.hostLock.claim()
  await store.hostLock.claim({ url: 'again' })
  const other = await openStore(folder, { clock })
  await expect(other.hostLock.claim()).rejects.toBeInstanceOf(DataFolderError)
  await store.close()
  await other.hostLock.claim()
  expect(other.hostLock.holder()?.pid).toBe(process.pid)
  await other.close()
})

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 1 }],
  ['of an earlier process with our pid', { pid: process.pid }],
  ['not heard of for too long', { pid: process.ppid, heartbeatAt: 1_000_000 - CLAIM_LIFETIME_MS - 1 }],
  [
    'of another machine, not heard of',
    { pid: 1, hostname: 'other', heartbeatAt: 1_000_000 - CLAIM_LIFETIME_MS - 1 },
  ],
])('a claim %s is void', async (_what, claim) => {
  await leave(claim)
  expect(store.hostLock.holder()).toBeUndefined()
  await store.hostLock.claim()
  expect(store.hostLock.holder()?.pid).toBe(process.pid)
})

test.each([
  ['of a process that runs', { pid: process.ppid }],
  ['of another machine, just heard of', { pid: 2 ** 22 + 1, hostname: 'other' }],
])('a claim %s stands', async (_what, claim) => {
  await leave(claim)
  await expect(store.hostLock.claim()).rejects.toMatchObject({ reason: 'inUse' })
  await expect(store.hostLock.claim()).rejects.toThrow(`process ${claim.pid}`)
})

test('the heartbeat keeps a claim alive, and notices when another has taken over', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const onLost = vi.fn()
  await store.hostLock.claim({ onLost })
  now += 4000
  vi.advanceTimersByTime(3000)
  await vi.waitFor(() => expect(store.hostLock.holder()?.heartbeatAt).toBe(now))
  await leave({ pid: process.ppid })
  vi.advanceTimersByTime(3000)
  await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce())
  expect(onLost.mock.calls[0]?.[0]).toMatchObject({ pid: process.ppid })
  vi.advanceTimersByTime(30_000)
  expect(store.hostLock.holder()?.pid).toBe(process.ppid)
  await store.hostLock.release()
  expect(store.hostLock.holder()?.pid).toBe(process.ppid)
})

test('a claim that is held outlives its heartbeat, for as long as it was asked to', async () => {
  await store.hostLock.claim()
  await store.hostLock.hold(100_000)
  now += 99_000
  const other = await openStore(folder, { clock })
  await expect(other.hostLock.claim()).rejects.toMatchObject({ reason: 'inUse' })
  await store.hostLock.hold(0)
  now += CLAIM_LIFETIME_MS + 1
  await other.hostLock.claim()
  await store.hostLock.hold(100_000)
  await other.close()
  expect(store.hostLock.holder()).toBeUndefined()
})

test('whoever is to serve waits for work that ends by itself; other such work does not', async () => {
  await leave({ pid: process.ppid, brief: true })
  await expect(store.hostLock.claim({ brief: true })).rejects.toMatchObject({ reason: 'inUse' })
  let isClaimed = false
  const claiming = store.hostLock.claim().then(() => {
    isClaimed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(isClaimed).toBe(false)
  await leave({ pid: 2 ** 22 + 1 })
  await claiming
  expect(store.hostLock.holder()?.pid).toBe(process.pid)
})
