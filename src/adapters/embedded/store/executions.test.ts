import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import type { SqlRow } from '../../../ports/sqlEngine.js'
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

  test('expired ones go with their rows, running ones stay', async () => {
    for (const id of ['a', 'bb', 'ccc']) {
      await store.executions.create(record(id, { expiresAt: id.length * 100 }))
      await store.executions.appendRows(id, 0, [[1]])
    }
    await store.executions.update('a', { execution: succeeded })
    await store.executions.update('ccc', { execution: succeeded })
    expect(await store.executions.deleteExpired(99)).toEqual([])
    expect(await store.executions.deleteExpired(299)).toEqual(['a'])
    expect(store.executions.get('a')).toBeUndefined()
    expect(store.executions.byToken('token-a')).toBeUndefined()
    expect(store.executions.readRows('a', ALL).rows).toEqual([])
    expect(store.executions.get('bb')).toBeDefined()
    expect(await store.executions.update('bb', { execution: succeeded, expiresAt: 1000 })).toBe(true)
    expect(await store.executions.deleteExpired(300)).toEqual(['ccc'])
    expect(store.stats().executions).toBe(1)
  })
})

const ALL = { firstRow: 0, limit: 10_000_000, maxBytes: 1e9 }

describe('rows', () => {
  const rows = Array.from(
    { length: 2345 },
    (_, n): SqlRow => [n, `line ${n}\nbreak "quoted" \u2028`, null, [1.5]],
  )

  test('are read back in any pages', async () => {
    for (let at = 0; at < rows.length; at += 700) {
      await store.executions.appendRows('e', at, rows.slice(at, at + 700))
    }
    await store.executions.appendRows('d', 0, [['other']])
    await store.executions.appendRows('e2', 0, [['other']])
    for (const limit of [1, 7, 499, 500, 501, 2344, 2345, 5000]) {
      const read: SqlRow[] = []
      let next: number | undefined = 0
      while (next !== undefined && read.length < 3000) {
        const page = store.executions.readRows('e', { firstRow: next, limit, maxBytes: 1e9 })
        expect(page.rows.length).toBeLessThanOrEqual(limit)
        read.push(...page.rows)
        next = page.next
        if (limit < 7 && read.length > 1100) break
      }
      expect(read).toEqual(limit < 7 ? rows.slice(0, read.length) : rows)
    }
    expect(store.executions.readRows('e', { firstRow: 2345, limit: 1, maxBytes: 1 })).toEqual({ rows: [] })
    expect(store.executions.readRows('none', ALL)).toEqual({ rows: [] })
  })

  test('a page ends at its bytes, after at least one row', async () => {
    const large = Array.from({ length: 20 }, (_, n): SqlRow => [n, 'é'.repeat(50_000)])
    await store.executions.appendRows('e', 0, large)
    const page = (firstRow: number, maxBytes: number) =>
      store.executions.readRows('e', { firstRow, limit: 100, maxBytes })
    expect(page(0, 1)).toEqual({ rows: large.slice(0, 1), next: 1 })
    expect(page(3, 350_000)).toEqual({ rows: large.slice(3, 6), next: 6 })
    expect(page(18, 1e9)).toEqual({ rows: large.slice(18) })
  })

  test('are removed, and can be written anew', async () => {
    for (let at = 0; at < rows.length; at += 3)
      await store.executions.appendRows('e', at, rows.slice(at, at + 3))
    await store.executions.deleteRows('e')
    expect(store.executions.readRows('e', ALL)).toEqual({ rows: [] })
    await store.executions.appendRows('e', 0, rows)
    expect(store.executions.readRows('e', ALL).rows).toEqual(rows)
  })
})
