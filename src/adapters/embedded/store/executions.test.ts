import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import type { ExecutionRecord, Store } from './store.js'

let store: Store
let remove: () => Promise<void>

beforeEach(async () => {
  const opened = await temporaryStore()
  store = opened.store
  remove = opened.remove
})
afterEach(() => remove())

const record = (id: string, more: Partial<ExecutionRecord> = {}): ExecutionRecord => {
  return {
    id,
    token: `token-${id}`,
    sql: 'SELECT 1',
    execution: { state: 'RUNNING' },
    startedAt: `2024-01-01T00:00:00.00${id.length}Z`,
    attempts: 1,
    expiresAt: 100,
    ...more,
  }
}
const succeeded = { state: 'SUCCEEDED', rowCount: 1, finishedAt: '2024-01-01T00:00:01.000Z' } as const

describe('records', () => {
  test('are listed in the order of their ids, by pages', async () => {
    for (const id of ['c', 'a', 'b']) await store.executions.create(record(id))
    const ids = (page: { limit: number; after?: string }) => store.executions.list(page).map((one) => one.id)
    expect(ids({ limit: 2 })).toEqual(['a', 'b'])
    expect(ids({ limit: 2, after: 'b' })).toEqual(['c'])
    expect(ids({ limit: 2, after: 'c' })).toEqual([])
  })

  test('of many starts with one token one is kept', async () => {
    const results = await Promise.all(
      ['a', 'b', 'c'].map((id) => store.executions.create(record(id, { token: 'same' }))),
    )
    expect(results.map(({ created }) => created)).toEqual([true, false, false])
    expect(results.map((result) => result.record.id)).toEqual(['a', 'a', 'a'])
    expect(store.executions.byToken('same')).toEqual(record('a', { token: 'same' }))
    expect(store.executions.get('b')).toBeUndefined()
    expect(store.executions.byToken('other')).toBeUndefined()
  })

  test('running ones are listed by start, until they have finished', async () => {
    for (const id of ['ccc', 'a', 'bb']) await store.executions.create(record(id))
    expect(store.executions.running().map(({ id }) => id)).toEqual(['a', 'bb', 'ccc'])
    expect(await store.executions.update('bb', { execution: succeeded, columns: ['n', 'n'] })).toBe(true)
    expect(store.executions.running().map(({ id }) => id)).toEqual(['a', 'ccc'])
    expect(store.executions.get('bb')).toEqual(record('bb', { execution: succeeded, columns: ['n', 'n'] }))
    expect(await store.executions.update('bb', { execution: { state: 'RUNNING' } })).toBe(false)
    expect(await store.executions.update('nobody', { attempts: 2 })).toBe(false)
  })

  test('expired ones go with their tokens, running ones stay', async () => {
    for (const id of ['a', 'bb', 'ccc']) {
      await store.executions.create(record(id, { expiresAt: id.length * 100 }))
    }
    await store.executions.update('a', { execution: succeeded })
    await store.executions.update('ccc', { execution: succeeded })
    expect(await store.executions.deleteExpired(99)).toEqual([])
    expect(await store.executions.deleteExpired(299)).toEqual(['a'])
    expect(store.executions.get('a')).toBeUndefined()
    expect(store.executions.byToken('token-a')).toBeUndefined()
    expect(store.executions.get('bb')).toBeDefined()
    expect(await store.executions.update('bb', { execution: succeeded, expiresAt: 1000 })).toBe(true)
    expect(await store.executions.deleteExpired(300)).toEqual(['ccc'])
    expect(store.stats().executions).toBe(1)
  })
})
