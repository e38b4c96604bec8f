import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from '../../src/model/json.js'
import { entityIndexKey, entityKey, listPartition, listShard } from '../../src/model/keys.js'
import {
  type Item,
  type ItemTable,
  MAX_ITEM_BYTES,
  MAX_TRANSACTION_WRITES,
  type Page,
  type PageStart,
  type Write,
} from '../../src/ports/itemTable.js'
import { StoreError } from '../../src/ports/storeError.js'
import { ItemTableOracle } from './itemTableOracle.js'

export interface OpenedTable {
  /** An empty table. */
  readonly table: ItemTable
  close(): Promise<void>
}

/**
 * What every `ItemTable` does, whatever it is built on. `runs` are those of the comparison with the oracle: fewer
 * for a slow table.
 */
export function itemTableConformance(
  name: string,
  open: () => Promise<OpenedTable>,
  { runs = 60 } = {},
): void {
  describe(`${name} is an ItemTable`, () => {
    let opened: OpenedTable
    let table: ItemTable

    beforeAll(async () => {
      opened = await open()
      table = opened.table
    })
    afterAll(async () => {
      await opened.close()
    })

    describe('write and get', () => {
      test('an item is read as it was put', async () => {
        const item = user('ada', {
          text: 'Zoë \u{1F600} "quoted" \\ \n line',
          empty: '',
          whole: Number.MAX_SAFE_INTEGER,
          negative: -1.5,
          small: 1.2345678901234567e-100,
          large: 9.87e120,
          zero: 0,
          yes: true,
          no: false,
          list: [1, 'two', [3, { four: 4 }], []],
          map: { a: { b: { c: [] } }, empty: {} },
          nothing: [null, { inside: null }],
        })
        expect(await table.write({ kind: 'put', item })).toEqual({ ok: true })
        expect(await table.get(keyOf(item))).toEqual(item)
      })

      test('doubles are read exactly as they were put', async () => {
        const bounds = { min: -9.99e125, max: 9.99e125, noNaN: true }
        // Nearer to zero than 1e-130 there are numbers that DynamoDB can't hold: the runtime takes none of them.
        const random = fc.sample(
          fc.oneof(fc.double(bounds), fc.float({ noNaN: true }), fc.maxSafeInteger()),
          500,
        )
        const known = [1e-130, -1e-130, 9.99e125, -9.99e125, 0.1 + 0.2, 2 ** 53, 1 / 3, 123456789012345680000]
        const numbers = [...random, ...known].map((value) =>
          Math.abs(value) < 1e-130 || Math.abs(value) > 9.99e125 ? 0 : value,
        )
        const item = user('doubles', { numbers, one: numbers[0] as number })
        await table.write({ kind: 'put', item })
        expect(await table.get(keyOf(item))).toEqual(item)
        const result = await table.write({ kind: 'update', key: keyOf(item), set: { again: numbers } })
        expect(result).toEqual({ ok: true, after: { ...item, again: numbers } })
      })

      test('an attribute may have any name', async () => {
        const names = [
          'size',
          'a.b',
          'a[0]',
          '#0',
          ':0',
          'SET',
          'a b',
          'Zoë',
          'PK2',
          'constructor',
          'x'.repeat(255),
        ]
        const all = (value: number) => Object.fromEntries(names.map((name) => [name, value]))
        const item = user('names', all(1))
        await table.write({ kind: 'put', item })
        const condition = { kind: 'equals' as const, attributes: all(1) }
        const key = keyOf(item)
        expect((await table.write({ kind: 'update', key, set: all(2), condition })).ok).toBe(true)
        expect(await table.write({ kind: 'update', key, set: all(3), condition })).toEqual(CONDITION_FAILED)
        expect((await table.write({ kind: 'update', key, add: all(3) })).ok).toBe(true)
        expect(await table.get(key)).toEqual({ ...item, ...all(5) })
        await table.write({ kind: 'update', key, remove: names })
        expect(await table.get(key)).toEqual(user('names'))
      })

      test('what an update sets, removes and adds to at once comes out in this order', async () => {
        const item = user('overlapping', { a: 1, b: 1, c: 1, d: 1 })
        await table.write({ kind: 'put', item })
        const write = {
          kind: 'update' as const,
          key: keyOf(item),
          set: { a: 2, b: 2, d: null },
          remove: ['b', 'c'],
          add: { a: 3, c: 5, d: 7 },
        }
        const { b: _b, ...rest } = item
        const after = { ...rest, a: 5, c: 5, d: 7 }
        expect(await table.write(write)).toEqual({ ok: true, after })
        expect(await table.transact([write])).toEqual({ ok: true })
        expect(await table.get(keyOf(item))).toEqual(after)
      })

      test('an update that changes nothing finds out whether the item is there', async () => {
        const item = user('unchanged')
        await table.write({ kind: 'put', item })
        const there = { kind: 'update' as const, key: keyOf(item) }
        const missing = { kind: 'update' as const, key: entityKey('user', 'unchanged-missing') }
        expect(await table.write(there)).toEqual({ ok: true, after: item })
        expect(await table.transact([there])).toEqual({ ok: true })
        expect(await table.write(missing)).toEqual(CONDITION_FAILED)
        expect(await table.transact([missing])).toEqual({ ...CONDITION_FAILED, failed: [0] })
        expect(await table.get(missing.key)).toBeUndefined()
      })

      test('a missing item is undefined', async () => {
        expect(await table.get(entityKey('user', 'nobody'))).toBeUndefined()
      })

      test('a null attribute is not stored', async () => {
        const item = user('nulls')
        await table.write({ kind: 'put', item: { ...item, nickname: null } })
        expect(await table.get(keyOf(item))).toEqual(item)
        await table.write({ kind: 'update', key: keyOf(item), set: { nickname: 'n' } })
        const { ok } = await table.write({ kind: 'update', key: keyOf(item), set: { nickname: null } })
        expect(ok).toBe(true)
        expect(await table.get(keyOf(item))).toEqual(item)
      })

      test('put replaces the whole item and tells the one before', async () => {
        const first = user('replaced', { old: 1 })
        const second = user('replaced', { young: 2 })
        await table.write({ kind: 'put', item: first })
        expect(await table.write({ kind: 'put', item: second })).toEqual({ ok: true, before: first })
        expect(await table.get(keyOf(first))).toEqual(second)
      })

      test('delete tells the item before, and nothing when there was none', async () => {
        const item = user('deleted')
        await table.write({ kind: 'put', item })
        expect(await table.write({ kind: 'delete', key: keyOf(item) })).toEqual({ ok: true, before: item })
        expect(await table.write({ kind: 'delete', key: keyOf(item) })).toEqual({ ok: true })
        expect(await table.get(keyOf(item))).toBeUndefined()
      })

      test('update sets, removes and adds, and tells the item after', async () => {
        const item = user('updated', { name: 'a', gone: 1, count: 2 })
        await table.write({ kind: 'put', item })
        const result = await table.write({
          kind: 'update',
          key: keyOf(item),
          set: { name: 'b', list: [1] },
          remove: ['gone', 'never'],
          add: { count: 3, fresh: -1 },
        })
        const { gone: _gone, ...rest } = item
        const after = { ...rest, name: 'b', list: [1], count: 5, fresh: -1 }
        expect(result).toEqual({ ok: true, after })
        expect(await table.get(keyOf(item))).toEqual(after)
      })

      test('update never creates an item', async () => {
        const key = entityKey('user', 'phantom')
        expect(await table.write({ kind: 'update', key, set: { a: 1 } })).toEqual(CONDITION_FAILED)
        expect(await table.get(key)).toBeUndefined()
      })

      test('a condition that does not hold leaves the item alone', async () => {
        const item = user('conditions', { status: 'RUNNING', n: 1, done: false })
        const key = keyOf(item)
        await table.write({ kind: 'put', item })
        const refused: Parameters<ItemTable['write']>[0][] = [
          { kind: 'put', item: { ...item, n: 2 }, condition: { kind: 'notExists' } },
          { kind: 'delete', key, condition: { kind: 'equals', attributes: { status: 'DONE' } } },
          { kind: 'update', key, set: { n: 2 }, condition: { kind: 'equals', attributes: { missing: 1 } } },
          { kind: 'update', key, set: { n: 2 }, condition: { kind: 'equals', attributes: { n: '1' } } },
          { kind: 'update', key, set: { n: 2 }, condition: { kind: 'notExists' } },
          { kind: 'delete', key, condition: { kind: 'equals', attributes: { n: 1, done: true } } },
        ]
        for (const write of refused) expect(await table.write(write)).toEqual(CONDITION_FAILED)
        expect(await table.get(key)).toEqual(item)
        const absent = entityKey('user', 'conditions-absent')
        expect(await table.write({ kind: 'delete', key: absent, condition: { kind: 'exists' } })).toEqual(
          CONDITION_FAILED,
        )
      })

      test('a condition that holds lets the write happen', async () => {
        const item = user('holding', { status: 'RUNNING', n: 1, done: false })
        const key = keyOf(item)
        expect(await table.write({ kind: 'put', item, condition: { kind: 'notExists' } })).toEqual({
          ok: true,
        })
        const attributes = { status: 'RUNNING', n: 1, done: false }
        const update = await table.write({
          kind: 'update',
          key,
          set: { n: 2 },
          condition: { kind: 'equals', attributes },
        })
        expect(update).toEqual({ ok: true, after: { ...item, n: 2 } })
        expect((await table.write({ kind: 'delete', key, condition: { kind: 'exists' } })).ok).toBe(true)
      })

      test('of many creations at once exactly one succeeds', async () => {
        const results = await Promise.all(
          Array.from({ length: 50 }, (_, n) =>
            table.write({ kind: 'put', item: user('raced', { n }), condition: { kind: 'notExists' } }),
          ),
        )
        const winners = results.flatMap(({ ok }, n) => (ok ? [n] : []))
        expect(winners).toHaveLength(1)
        expect((await table.get(entityKey('user', 'raced')))?.n).toBe(winners[0])
      })

      test('additions at once are all counted', async () => {
        const item = user('counted', { count: 0 })
        await table.write({ kind: 'put', item })
        await Promise.all(
          Array.from({ length: 50 }, () =>
            table.write({ kind: 'update', key: keyOf(item), add: { count: 1 } }),
          ),
        )
        expect((await table.get(keyOf(item)))?.count).toBe(50)
      })

      test.each([
        ['256 bytes', 'é'.repeat(128)],
        ['separators', 'a#b|c:d%e/f\\g h'],
        ['beyond the basic plane', '\u{1F600}\u{10FFFF}'],
        ['quotes', `"'\`$\{x}`],
      ])('an id may have %s', async (_what, id) => {
        const item = user(id)
        await table.write({ kind: 'put', item })
        expect(await table.get(entityKey('user', id))).toEqual(item)
      })
    })

    describe('size', () => {
      test('an item of exactly 400 KB is stored, one byte more is not', async () => {
        const item = user('big', { fill: '' })
        const fill = 'ß'.repeat(10) + 'x'.repeat(MAX_ITEM_BYTES - sizeOf(item) - 20)
        const fitting = { ...item, fill }
        expect((await table.write({ kind: 'put', item: fitting })).ok).toBe(true)
        expect(await table.get(keyOf(item))).toEqual(fitting)
        const over = { ...item, fill: `${fill}x` }
        await expectTooLarge(table.write({ kind: 'put', item: over }))
        await expectTooLarge(table.transact([{ kind: 'put', item: over }]))
        expect(await table.get(keyOf(item))).toEqual(fitting)
      })

      test('a put is looked at before its condition is, an update after', async () => {
        const item = user('first-size', { half: 'x'.repeat(MAX_ITEM_BYTES / 2) })
        await table.write({ kind: 'put', item })
        const fill = 'x'.repeat(MAX_ITEM_BYTES)
        const put: Write = { kind: 'put', item: { ...item, fill }, condition: { kind: 'notExists' } }
        await expectTooLarge(table.write(put))
        await expectTooLarge(table.transact([put]))
        const check: Write = { kind: 'check', key: keyOf(item), condition: { kind: 'notExists' } }
        await expectTooLarge(table.transact([check, { kind: 'put', item: user('first-size-2', { fill }) }]))
        const update: Write = {
          kind: 'update',
          key: keyOf(item),
          set: { other: item.half as string },
          condition: { kind: 'equals', attributes: { id: 'another' } },
        }
        expect(await table.write(update)).toEqual(CONDITION_FAILED)
        expect(await table.transact([update])).toEqual({ ...CONDITION_FAILED, failed: [0] })
        expect(await table.get(keyOf(item))).toEqual(item)
      })

      test('an update may not make an item larger than 400 KB', async () => {
        const item = user('growing', { half: 'x'.repeat(MAX_ITEM_BYTES / 2) })
        await table.write({ kind: 'put', item })
        const set = { other: 'x'.repeat(MAX_ITEM_BYTES / 2) }
        await expectTooLarge(table.write({ kind: 'update', key: keyOf(item), set }))
        await expectTooLarge(table.transact([{ kind: 'update', key: keyOf(item), set }]))
        expect(await table.get(keyOf(item))).toEqual(item)
      })
    })

    describe('getMany', () => {
      test('answers in the order of the keys', async () => {
        const [one, two] = [user('many-1'), user('many-2')]
        await table.transact([
          { kind: 'put', item: one },
          { kind: 'put', item: two },
        ])
        const keys = [keyOf(two), entityKey('user', 'many-0'), keyOf(one)]
        expect(await table.getMany(keys)).toEqual([two, undefined, one])
        expect(await table.getMany([])).toEqual([])
      })

      test('takes 100 keys', async () => {
        const keys = Array.from({ length: 100 }, (_, n) => entityKey('user', `hundred-${n}`))
        expect(await table.getMany(keys)).toEqual(keys.map(() => undefined))
      })
    })

    describe('transact', () => {
      test('all writes happen together', async () => {
        const [kept, gone, checked] = [user('t-kept', { n: 1 }), user('t-gone'), user('t-checked')]
        for (const item of [kept, gone, checked]) await table.write({ kind: 'put', item })
        const created = user('t-created')
        const result = await table.transact([
          { kind: 'put', item: created, condition: { kind: 'notExists' } },
          { kind: 'update', key: keyOf(kept), add: { n: 1 } },
          { kind: 'delete', key: keyOf(gone), condition: { kind: 'exists' } },
          { kind: 'check', key: keyOf(checked), condition: { kind: 'exists' } },
        ])
        expect(result).toEqual({ ok: true })
        expect(await table.getMany([created, kept, gone, checked].map(keyOf))).toEqual([
          created,
          { ...kept, n: 2 },
          undefined,
          checked,
        ])
      })

      test('one failed condition stops all, and each failed one is named', async () => {
        const present = user('t-present')
        await table.write({ kind: 'put', item: present })
        const result = await table.transact([
          { kind: 'put', item: user('t-not-written') },
          { kind: 'put', item: present, condition: { kind: 'notExists' } },
          { kind: 'delete', key: entityKey('user', 't-absent') },
          { kind: 'check', key: entityKey('user', 't-absent-2'), condition: { kind: 'exists' } },
          { kind: 'update', key: entityKey('user', 't-absent-3'), set: { a: 1 } },
        ])
        expect(result).toEqual({ ok: false, reason: 'conditionFailed', failed: [1, 3, 4] })
        expect(await table.get(entityKey('user', 't-not-written'))).toBeUndefined()
      })

      test(`takes ${MAX_TRANSACTION_WRITES} writes and refuses more`, async () => {
        const writes = Array.from({ length: MAX_TRANSACTION_WRITES + 1 }, (_, n): Write => {
          return { kind: 'put', item: user(`t-hundred-${n}`) }
        })
        await expect(table.transact(writes)).rejects.toThrow()
        expect(await table.transact(writes.slice(1))).toEqual({ ok: true })
        expect(await table.get(entityKey('user', 't-hundred-0'))).toBeUndefined()
      })

      test('refuses two writes on one key', async () => {
        const item = user('t-twice')
        const writes: Write[] = [
          { kind: 'put', item },
          { kind: 'check', key: keyOf(item), condition: { kind: 'notExists' } },
        ]
        await expect(table.transact(writes)).rejects.toThrow()
        expect(await table.get(keyOf(item))).toBeUndefined()
      })

      test('of conflicting transactions at once exactly one succeeds', async () => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            table.transact([
              { kind: 'put', item: user('t-raced', { n }), condition: { kind: 'notExists' } },
              { kind: 'put', item: user(`t-raced-${n}`) },
            ]),
          ),
        )
        const winners = results.flatMap(({ ok }, n) => (ok ? [n] : []))
        expect(winners).toHaveLength(1)
        const sides = await table.getMany(results.map((_, n) => entityKey('user', `t-raced-${n}`)))
        expect(sides.flatMap((side, n) => (side ? [n] : []))).toEqual(winners)
      })
    })

    describe('query', () => {
      /** In the order of their UTF-8 bytes, which differs from that of UTF-16 at the end. */
      const sortKeys = ['A', 'Z', 'a', 'a#1', 'a#10', 'a#2', 'ab', 'part', 'z', 'é', '\uFFFD', '\u{1F600}']
      const items = sortKeys.map((SK, n): Item => ({ PK: 'part', SK, entityType: 'x', createdAt: '', n }))

      beforeAll(async () => {
        const strangers: Item[] = [
          { PK: 'par', SK: 'a', entityType: 'x', createdAt: '' },
          { PK: 'part#', SK: 'a', entityType: 'x', createdAt: '' },
          { PK: 'part2', SK: 'a', entityType: 'x', createdAt: '' },
        ]
        for (const item of [...items, ...strangers].reverse()) await table.write({ kind: 'put', item })
      })

      test('answers a partition in the order of the sort keys’ bytes', async () => {
        expect(await table.query({ partition: 'part', limit: 100 })).toEqual({ items })
      })

      test.each([1, 2, 3, 5, 11, 12, 13])('pages of %i go through all, once each', async (limit) => {
        const pages = await allPages((start) => table.query({ partition: 'part', limit, ...start }))
        expect(pages.flatMap((page) => page.items)).toEqual(items)
        for (const page of pages) expect(page.items.length).toBeLessThanOrEqual(limit)
      })

      test.each([
        ['a', ['a', 'a#1', 'a#10', 'a#2', 'ab']],
        ['a#', ['a#1', 'a#10', 'a#2']],
        ['a#1', ['a#1', 'a#10']],
        ['pa', ['part']],
        ['\u{1F600}', ['\u{1F600}']],
        ['b', []],
      ])('a prefix of %j chooses sort keys', async (sortKeyPrefix, expected) => {
        for (const limit of [1, 2, 100]) {
          const pages = await allPages((start) =>
            table.query({ partition: 'part', sortKeyPrefix, limit, ...start }),
          )
          expect(pages.flatMap((page) => page.items.map((item) => item.SK))).toEqual(expected)
        }
      })

      test('an empty partition has one empty page', async () => {
        expect(await table.query({ partition: 'nothing', limit: 10 })).toEqual({ items: [] })
      })

      test('a page goes on where it stood, also when its last item is gone', async () => {
        const first = await table.query({ partition: 'part', limit: 3 })
        await table.write({ kind: 'delete', key: { PK: 'part', SK: 'a' } })
        const rest = await table.query({ partition: 'part', limit: 100, start: first.next as PageStart })
        expect(rest.items).toEqual(items.slice(3))
        await table.write({ kind: 'put', item: items[2] as Item })
      })

      test('large items make short pages, and all are found', async () => {
        const large = Array.from({ length: 12 }, (_, n): Item => {
          return { PK: 'large', SK: `${n + 10}`, entityType: 'x', createdAt: '', fill: 'x'.repeat(200_000) }
        })
        for (const item of large) await table.write({ kind: 'put', item })
        const pages = await allPages((start) => table.query({ partition: 'large', limit: 1000, ...start }))
        expect(pages.length).toBeGreaterThan(1)
        expect(pages.flatMap((page) => page.items.map((item) => item.SK))).toEqual(
          large.map((item) => item.SK),
        )
      })
    })

    describe('queryIndex', () => {
      const sorted = Array.from({ length: 25 }, (_, n) => {
        return user(`indexed-${n}`, { 'GSI1-PK': 'listed', 'GSI1-SK': `2024-01-${10 + n}#indexed-${n}` })
      })
      const listed = async (query: { sortKeyPrefix?: string; limit: number }) => {
        const pages = await allPages((start) => table.queryIndex({ partition: 'listed', ...query, ...start }))
        return pages.flatMap((page) => page.items)
      }

      test('answers a partition in order, by pages', async () => {
        for (const item of sorted.toReversed()) await table.write({ kind: 'put', item })
        for (const limit of [1, 7, 25, 100]) await expect.poll(() => listed({ limit })).toEqual(sorted)
        await expect
          .poll(() => listed({ limit: 4, sortKeyPrefix: '2024-01-2' }))
          .toEqual(sorted.slice(10, 20))
        expect(await table.queryIndex({ partition: 'listed-2', limit: 1 })).toEqual({ items: [] })
      })

      test('items with equal sort keys are all found, by pages of one', async () => {
        const equal = Array.from({ length: 6 }, (_, n) =>
          user(`equal-${n}`, { 'GSI1-PK': 'equal', 'GSI1-SK': 'same' }),
        )
        for (const item of equal) await table.write({ kind: 'put', item })
        await expect
          .poll(async () => {
            const pages = await allPages((start) =>
              table.queryIndex({ partition: 'equal', limit: 1, ...start }),
            )
            return pages.flatMap((page) => page.items.map((item) => item.id as string)).sort()
          })
          .toEqual(equal.map((item) => item.id))
      })

      test('follows updates and deletes', async () => {
        const item = user('moving', { 'GSI1-PK': 'from', 'GSI1-SK': '1' })
        const key = keyOf(item)
        const found = (partition: string) => async () =>
          (await table.queryIndex({ partition, limit: 10 })).items
        await table.write({ kind: 'put', item })
        await expect.poll(found('from')).toEqual([item])
        await table.write({ kind: 'update', key, set: { n: 1 } })
        await expect.poll(found('from')).toEqual([{ ...item, n: 1 }])
        await table.write({ kind: 'update', key, set: { 'GSI1-PK': 'to' } })
        await expect.poll(found('from')).toEqual([])
        await expect.poll(found('to')).toEqual([{ ...item, n: 1, 'GSI1-PK': 'to' }])
        await table.write({ kind: 'update', key, remove: ['GSI1-PK'] })
        await expect.poll(found('to')).toEqual([])
        await table.write({ kind: 'put', item })
        await expect.poll(found('from')).toEqual([item])
        await table.write({ kind: 'delete', key })
        await expect.poll(found('from')).toEqual([])
      })

      test('serves the list of an entity', async () => {
        const time = '2024-02-03T04:05:06.789Z'
        const item = { ...user('l1'), ...entityIndexKey('user', 'l1', time) }
        await table.write({ kind: 'put', item })
        await expect
          .poll(async () => {
            const page = await table.queryIndex({
              partition: listPartition('user', listShard('l1')),
              limit: 10,
            })
            return page.items
          })
          .toEqual([item])
      })
    })

    describe('scan', () => {
      test('finds each item whose partition key starts with a prefix, once', async () => {
        const items = Array.from({ length: 30 }, (_, n): Item => {
          return { PK: `scan#${n % 7}`, SK: `${n}`, entityType: 'x', createdAt: '' }
        })
        for (const item of items) await table.write({ kind: 'put', item })
        await table.write({ kind: 'put', item: { PK: 'scan', SK: 'scan#', entityType: 'x', createdAt: '' } })
        for (const limit of [1, 4, 30, 31]) {
          const pages = await allPages((start) => table.scan({ prefix: 'scan#', limit, ...start }))
          expect(byKey(pages.flatMap((page) => page.items))).toEqual(byKey(items))
        }
      })
    })

    test('agrees with the oracle after any operations', async () => {
      const seed = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31)
      process.stdout.write(`${name} against the oracle: TEST_SEED=${seed}\n`)
      let run = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(operation, { minLength: 1, maxLength: 80, size: 'max' }),
          async (operations) => {
            // A new partition of the key space for each run: tables are slow to make.
            await compare(table, operations, `run${run++}-`)
          },
        ),
        { seed, numRuns: runs },
      )
    })
  })
}

const CONDITION_FAILED = { ok: false, reason: 'conditionFailed' }

function user(id: string, attributes: Readonly<Record<string, Json>> = {}): Item {
  return {
    ...entityKey('user', id),
    id,
    entityType: 'user',
    createdAt: '2024-01-01T00:00:00.000Z',
    updatedAt: '2024-01-01T00:00:00.000Z',
    _rev: 1,
    _incarnation: 'i1',
    ...attributes,
  }
}

function keyOf({ PK, SK }: Item) {
  return { PK, SK }
}

function byKey(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => Buffer.compare(Buffer.from(a.PK + a.SK), Buffer.from(b.PK + b.SK)))
}

/** Size of an item of texts and one-digit numbers by DynamoDB's rules, counted in the plainest way. */
function sizeOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => {
    return sum + Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 2)
  }, 0)
}

async function expectTooLarge(write: Promise<unknown>): Promise<void> {
  const error = await write.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(StoreError)
  expect((error as StoreError).failure).toBe('itemTooLarge')
}

async function allPages(read: (start: { start?: PageStart }) => Promise<Page>): Promise<Page[]> {
  const pages: Page[] = []
  let start: PageStart | undefined
  do {
    const page = await read(start ? { start: JSON.parse(JSON.stringify(start)) as PageStart } : {})
    pages.push(page)
    if (pages.length > 10_000) throw new Error('the pages never end')
    start = page.next
  } while (start)
  return pages
}

type Operation =
  | { readonly kind: 'write'; readonly write: Exclude<Write, { kind: 'check' }> }
  | { readonly kind: 'transact'; readonly writes: readonly Write[] }
  | {
      readonly kind: 'query' | 'queryIndex'
      readonly partition: string
      readonly prefix: string
      readonly limit: number
    }
  | { readonly kind: 'scan'; readonly prefix: string; readonly limit: number }

const partition = fc.constantFrom('p', 'p#', '\u{1F600}')
const sortKey = fc.constantFrom('p', 'p#', 'a', 'a#1', '\uFFFD', '\u{1F600}')
const key = fc.record({ PK: partition, SK: sortKey })
const scalar = fc.oneof(fc.constantFrom('', 'a', 'ß'), fc.integer(), fc.boolean())
const attributes = fc
  .record(
    {
      'GSI1-PK': fc.constantFrom('p', 'p#'),
      'GSI1-SK': fc.constantFrom('a', 'a#1', 'b'),
      name: scalar,
      tags: fc.array(scalar, { maxLength: 2 }),
      n: fc.integer({ min: -5, max: 5 }),
    },
    { requiredKeys: [] },
  )
  .map((given) => given as Record<string, Json>)
const condition = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constant({ kind: 'exists' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'notExists' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('equals' as const),
      attributes: fc.record({ n: fc.integer({ min: 0, max: 2 }) }),
    }),
  },
)
const put = fc.tuple(key, attributes, condition).map(([at, given, when]) => ({
  kind: 'put' as const,
  item: { ...at, ...given } as Item,
  ...(when && { condition: when }),
}))
const update = fc
  .tuple(
    key,
    attributes,
    fc.subarray(['name', 'tags', 'GSI1-PK']),
    fc.integer({ min: -2, max: 2 }),
    condition,
  )
  .map(([at, { n: _n, ...given }, names, n, when]) => ({
    kind: 'update' as const,
    key: at,
    set: Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name as 'name'))),
    remove: names,
    add: { n },
    ...(when && { condition: when }),
  }))
const remove = fc
  .tuple(key, condition)
  .map(([at, when]) => ({ kind: 'delete' as const, key: at, ...(when && { condition: when }) }))
const check = fc
  .tuple(key, condition)
  .map(([at, when]) => ({ kind: 'check' as const, key: at, condition: when ?? { kind: 'exists' as const } }))
const someWrite = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 2, arbitrary: update },
  { weight: 1, arbitrary: remove },
)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('write' as const), write: someWrite }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('transact' as const),
      writes: fc.uniqueArray(fc.oneof({ weight: 5, arbitrary: someWrite }, { weight: 1, arbitrary: check }), {
        minLength: 1,
        maxLength: 5,
        selector: (write) =>
          JSON.stringify(
            write.kind === 'put' ? [write.item.PK, write.item.SK] : [write.key.PK, write.key.SK],
          ),
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('query' as const, 'queryIndex' as const),
      partition,
      prefix: fc.constantFrom('', '', '', 'a', 'p', '\uFFFD'),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('scan' as const),
      prefix: fc.constantFrom('', 'p', 'p#'),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
)

/** Does the same to the table and to the oracle, and compares every answer and, at the end, every item. */
async function compare(table: ItemTable, operations: readonly Operation[], prefix: string): Promise<void> {
  const oracle = new ItemTableOracle()
  for (const one of operations) {
    switch (one.kind) {
      case 'write': {
        const write = placed(one.write, prefix) as Exclude<Write, { kind: 'check' }>
        expect(await table.write(write)).toEqual(oracle.write(write))
        break
      }
      case 'transact': {
        const writes = one.writes.map((write) => placed(write, prefix))
        expect(await table.transact(writes)).toEqual(oracle.transact(writes))
        break
      }
      case 'query': {
        const query = {
          partition: prefix + one.partition,
          sortKeyPrefix: prefix + one.prefix,
          limit: one.limit,
        }
        const pages = await allPages((start) => table.query({ ...query, ...start }))
        expect(pages.flatMap((page) => page.items)).toEqual(
          oracle.query(query.partition, query.sortKeyPrefix),
        )
        break
      }
      case 'queryIndex': {
        const query = { partition: prefix + one.partition, sortKeyPrefix: one.prefix, limit: one.limit }
        const found = async () => {
          const pages = await allPages((start) => table.queryIndex({ ...query, ...start }))
          return pages.flatMap((page) => page.items)
        }
        const expected = oracle.queryIndex(query.partition, one.prefix)
        await expect.poll(async () => byKey(await found())).toEqual(byKey(expected))
        const order = (await found()).map((item) => item['GSI1-SK'])
        expect(order).toEqual(expected.map((item) => item['GSI1-SK']))
        break
      }
      case 'scan': {
        const pages = await allPages((start) =>
          table.scan({ prefix: prefix + one.prefix, limit: one.limit, ...start }),
        )
        expect(byKey(pages.flatMap((page) => page.items))).toEqual(byKey(oracle.scan(prefix + one.prefix)))
        break
      }
    }
  }
  const all = await allPages((start) => table.scan({ prefix, limit: 100, ...start }))
  expect(byKey(all.flatMap((page) => page.items))).toEqual(byKey(oracle.scan(prefix)))
}

/** The same write among the keys of one run. */
function placed(write: Write, prefix: string): Write {
  const indexed = <Attributes extends Readonly<Record<string, Json>>>(given: Attributes): Attributes => {
    return given['GSI1-PK'] ? { ...given, 'GSI1-PK': `${prefix}${given['GSI1-PK']}` } : given
  }
  if (write.kind === 'put') {
    const { PK, SK } = write.item
    return { ...write, item: { ...indexed(write.item), PK: prefix + PK, SK: prefix + SK } as Item }
  }
  const key = { PK: prefix + write.key.PK, SK: prefix + write.key.SK }
  return write.kind === 'update' && write.set ? { ...write, key, set: indexed(write.set) } : { ...write, key }
}
