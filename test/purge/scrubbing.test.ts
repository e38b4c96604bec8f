import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DATA_FILE, openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { entityKey, relationDataKey } from '../../src/model/keys.js'
import { startWorker } from '../store/startWorker.js'
import { userItem } from '../store/storedItems.js'
import { temporaryStore } from '../store/temporaryStore.js'
import { decodeStoreFile } from './storeFileDecoder.js'

let store: Store
let folder: string
let remove: () => Promise<void>

beforeEach(async () => {
  const opened = await temporaryStore()
  store = opened.store
  folder = opened.folder
  remove = opened.remove
})
afterEach(() => remove())

test('a file may be cleared beside writers, and by a process that is killed meanwhile', async () => {
  const writers = ['one', 'two'].map((name) => startWorker(folder, ['write', name]))
  await Promise.all(writers.map((writer) => writer.atLines(200)))
  let rounds = 0
  for (let kill = 0; kill < 4; kill++) {
    const scrubber = startWorker(folder, ['scrub'])
    await scrubber.atLines(2)
    // In the middle of one, sooner or later.
    await sleep(7 * (kill + 1))
    scrubber.child.kill('SIGKILL')
    await scrubber.ended
    rounds += scrubber.lines.length
    expectAcknowledged(writers.flatMap((writer) => [...writer.lines]))
  }
  for (const writer of writers) writer.child.kill('SIGKILL')
  await Promise.all(writers.map((writer) => writer.ended))
  const lines = writers.flatMap((writer) => [...writer.lines])
  expect(rounds).toBeGreaterThan(7)
  // Beyond what was there before the first one: the writers got their turns.
  expect(lines.length).toBeGreaterThan(500)
  await store.scrub()
  await store.close()
  const decoded = await decodeStoreFile(`${folder}/store/${DATA_FILE}`)
  expect(decoded.dirtyFreePages).toEqual([])
  expect(decoded.dirtyGaps).toEqual([])
  store = await openStore(folder)
  expectAcknowledged(lines)
  const sequences = store.feed.read(0, 1_000_000).map(({ sequence }) => sequence)
  expect(sequences).toEqual(sequences.map((_, at) => at + 1))
})

test('says who reads an old snapshot and does not stop', async () => {
  await store.table.write({ kind: 'put', item: userItem('a') })
  const reader = startWorker(folder, ['pin'])
  await reader.atLines(1)
  await store.table.write({ kind: 'put', item: userItem('b') })
  await expect(store.scrub()).rejects.toThrow(`Process ${reader.child.pid} reads the store as it was`)
  // Nothing is held up by it.
  await store.table.write({ kind: 'put', item: userItem('c') })
  reader.child.kill('SIGKILL')
  await reader.ended
  expect((await store.scrub()).pages).toBeGreaterThan(0)
})

function expectAcknowledged(lines: readonly string[]): void {
  for (const line of lines) {
    const [what, id] = line.split(' ') as [string, string]
    if (what === 'created' && !store.table.read(entityKey('user', id))) expect(line).toBe('stored')
    if (what === 'related' && !store.table.read(relationDataKey(id))) expect(line).toBe('stored')
  }
}
