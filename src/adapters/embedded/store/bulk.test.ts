import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { userItem } from '../../../../test/store/storedItems.js'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'
import { entityKey, listPartition, listShard } from '../../../model/keys.js'
import { MAX_ITEM_BYTES } from '../../../ports/itemTable.js'
import type { Store } from './store.js'

let store: Store
let remove: () => Promise<void>

beforeEach(async () => {
  const opened = await temporaryStore()
  store = opened.store
  remove = opened.remove
})
afterEach(() => remove())

describe('createBulk', () => {
  test('creates what is new, overwrites nothing, and tells identical from other', async () => {
    await store.table.write({ kind: 'put', item: userItem('old', { name: 'n' }) })
    const results = await store.table.createBulk([
      userItem('new'),
      userItem('old', { name: 'n', _incarnation: 'another', updatedAt: 'later' }),
      userItem('old', { name: 'other' }),
      userItem('new'),
      userItem('new', { name: 'other' }),
      userItem('large', { fill: 'x'.repeat(MAX_ITEM_BYTES) }),
      userItem('nulls', { name: null }),
    ])
    expect(results).toEqual([
      'created',
      'identical',
      'exists',
      'identical',
      'exists',
      'itemTooLarge',
      'created',
    ])
    expect(store.table.read(entityKey('user', 'old'))).toEqual(userItem('old', { name: 'n' }))
    expect(store.table.read(entityKey('user', 'nulls'))).toEqual(userItem('nulls'))
    expect(store.table.read(entityKey('user', 'large'))).toBeUndefined()
    const again = await store.table.createBulk([userItem('nulls', { name: null })])
    expect(again).toEqual(['identical'])
  })

  test('has one feed record, of what was created', async () => {
    await store.table.createBulk([userItem('a')])
    await store.table.createBulk([userItem('a'), userItem('b'), userItem('c')])
    await store.table.createBulk([userItem('a'), userItem('b')])
    const [, second, ...more] = store.feed.read(0, 10)
    expect(second?.changes.map(({ key }) => key.PK)).toEqual(['user#b', 'user#c'])
    expect(more).toEqual([])
  })

  test('what it creates is listed', async () => {
    await store.table.createBulk([userItem('a')])
    const page = await store.table.queryIndex({ partition: listPartition('user', listShard('a')), limit: 10 })
    expect(page.items).toEqual([userItem('a')])
  })

  test('the caller says what does not count for identical', async () => {
    await store.table.createBulk([userItem('a', { n: 1 })])
    const item = userItem('a', { n: 2 })
    expect(await store.table.createBulk([item], { ignore: ['n'] })).toEqual(['identical'])
    expect(await store.table.createBulk([{ ...item, _rev: 9 }], { ignore: ['n'] })).toEqual(['exists'])
  })
})

describe('transactBulk', () => {
  test('each group is all or nothing, and sees the groups before it', async () => {
    const results = await store.table.transactBulk([
      [
        { kind: 'put', item: userItem('a'), condition: { kind: 'notExists' } },
        { kind: 'put', item: userItem('b'), condition: { kind: 'notExists' } },
      ],
      [
        { kind: 'put', item: userItem('c') },
        { kind: 'put', item: userItem('a'), condition: { kind: 'notExists' } },
      ],
      [
        { kind: 'check', key: entityKey('user', 'a'), condition: { kind: 'exists' } },
        { kind: 'delete', key: entityKey('user', 'b'), condition: { kind: 'exists' } },
      ],
      [
        { kind: 'put', item: userItem('d') },
        { kind: 'put', item: userItem('e', { fill: 'x'.repeat(MAX_ITEM_BYTES) }) },
      ],
    ])
    expect(results).toEqual([
      { ok: true },
      { ok: false, reason: 'conditionFailed', failed: [1] },
      { ok: true },
      { ok: false, reason: 'itemTooLarge', failed: [1] },
    ])
    const present = ['a', 'b', 'c', 'd', 'e'].filter((id) => store.table.read(entityKey('user', id)))
    expect(present).toEqual(['a'])
    expect(store.feed.read(0, 10)).toHaveLength(1)
  })
})

describe('a write that is not possible at all', () => {
  test('is refused alone, and takes none of its neighbours with it', async () => {
    const key = entityKey('user', 'text')
    await store.table.write({ kind: 'put', item: userItem('text', { name: 'n' }) })
    const results = await Promise.allSettled([
      store.table.write({ kind: 'put', item: userItem('a') }),
      store.table.write({ kind: 'put', item: userItem('zero\0') }),
      store.table.write({ kind: 'put', item: userItem('lone \uD800') }),
      store.table.write({ kind: 'put', item: userItem('nan', { n: Number.NaN }) }),
      store.table.write({ kind: 'put', item: userItem('long'.repeat(1000)) }),
      store.table.write({ kind: 'update', key, add: { name: 1 } }),
      store.table.write({ kind: 'update', key, set: { PK: 'other' } }),
      store.table.write({ kind: 'put', item: userItem('b') }),
    ])
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ])
    const { items } = await store.table.scan({ prefix: '', limit: 100 })
    expect(items.map(({ PK }) => PK).sort()).toEqual(['user#a', 'user#b', 'user#text'])
    const recorded = store.feed.read(0, 10).flatMap(({ changes }) => changes.map(({ key: { PK } }) => PK))
    expect(recorded).toEqual(['user#text', 'user#a', 'user#b'])
  })
})
