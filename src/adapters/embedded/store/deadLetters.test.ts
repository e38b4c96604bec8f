import { afterEach, beforeEach, expect, test } from 'vitest'
import { userItem } from '../../../../test/store/storedItems.js'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import { deadLetterKey, entityKey } from '../../../model/keys.js'
import type { NewDeadLetter, Store } from './store.js'

const image = { entityType: 'user', createdAt: '2024-01-01T00:00:00.000Z', incarnation: 'i', rev: 3 }
const change = { key: entityKey('user', 'a'), old: image, new: { ...image, rev: 4 } }
const letter: NewDeadLetter = { source: 'projection', subject: change, error: 'it broke', attempts: 5 }

let store: Store
let remove: () => Promise<void>

beforeEach(async () => {
  const opened = await temporaryStore()
  store = opened.store
  remove = opened.remove
})
afterEach(() => remove())

test('dead letters are items of the table, listed in order and by pages', async () => {
  await store.table.write({ kind: 'put', item: userItem('a') })
  const sequences: string[] = []
  for (let n = 0; n < 12; n++) sequences.push(await store.deadLetters.add({ ...letter, attempts: n }))
  expect(sequences).toEqual(sequences.toSorted())
  expect(store.deadLetters.count()).toBe(12)
  const first = store.deadLetters.list({ limit: 7 })
  const rest = store.deadLetters.list({ limit: 7, after: sequences[6] as string })
  expect([...first, ...rest].map(({ sequence }) => sequence)).toEqual(sequences)
  expect(first[0]).toMatchObject({ ...letter, attempts: 0 })
  const item = await store.table.get(deadLetterKey(sequences[0] as string))
  expect(item).toMatchObject({ entityType: 'deadLetter', source: 'projection', error: 'it broke' })
})

test('a replayed change is at the end of the feed again, and its letter is gone', async () => {
  const sequence = await store.deadLetters.add(letter)
  expect(store.feed.head()).toBe(0)
  expect(await store.deadLetters.replay(sequence)).toBe(true)
  expect(store.feed.read(0, 10).map(({ changes }) => changes)).toEqual([[change]])
  expect(store.deadLetters.get(sequence)).toBeUndefined()
})

test('a removed letter is gone', async () => {
  const sequence = await store.deadLetters.add(letter)
  expect(await store.deadLetters.remove(sequence)).toBe(true)
  expect(await store.deadLetters.remove(sequence)).toBe(false)
  expect(await store.deadLetters.replay(sequence)).toBe(false)
  expect(store.deadLetters.list({ limit: 10 })).toEqual([])
  expect(store.feed.head()).toBe(0)
})

test('an endless error is cut, so that the letter is kept', async () => {
  const sequence = await store.deadLetters.add({ ...letter, error: 'x'.repeat(1_000_000) })
  expect(store.deadLetters.get(sequence)?.error).toHaveLength(10_000)
})
