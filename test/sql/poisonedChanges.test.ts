import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applyBatch } from '../../src/adapters/embedded/sql/applyRows.js'
import {
  closeImage,
  type Image,
  openImage,
  showTables,
  staleTables,
} from '../../src/adapters/embedded/sql/image.js'
import { makeTables } from '../../src/adapters/embedded/sql/makeTables.js'
import { pendingBatches } from '../../src/adapters/embedded/sql/pendingRows.js'
import { sqlLimits } from '../../src/adapters/embedded/sql/sqlLimits.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import { entityItem, newFolder, type OpenShop, openShop, put, removeFolder, SHOP } from './testShop.js'

let folder: string

beforeEach(async () => {
  folder = await newFolder()
})

afterEach(() => removeFolder(folder))

const ROWS = 'SELECT id, age FROM "user" ORDER BY id'

describe('an item that does not fit its table', () => {
  let shop: OpenShop
  beforeEach(async () => {
    shop = await openShop(folder)
  })
  afterEach(() => shop.close())

  it('becomes a dead letter, holds nobody up, and flows again after its repair and replay', async () => {
    await put(shop.store, entityItem('user', 'bad', { age: 1 }))
    expect(await shop.rows(ROWS)).toEqual([['bad', 1]])
    await put(
      shop.store,
      entityItem('user', 'a', { age: 2 }),
      entityItem('user', 'bad', { age: 'many', _rev: 2 }),
      entityItem('user', 'b', { age: 3 }),
    )
    expect(await shop.rows(ROWS)).toEqual([
      ['a', 2],
      ['b', 3],
    ])
    const [letter, ...others] = shop.store.deadLetters.list({ limit: 10 })
    expect(others).toEqual([])
    expect(letter).toMatchObject({
      source: 'projection',
      subject: { key: { PK: 'user#bad' }, old: { rev: 1 }, new: { rev: 2 } },
      error: 'age holds a value of type string where an integer of 32 bits belongs.',
      attempts: 3,
    })

    // A replay without a repair comes back, and is not lost.
    await shop.store.deadLetters.replay(letter?.sequence as string)
    await shop.rows(ROWS)
    const [again] = shop.store.deadLetters.list({ limit: 10 })
    expect(again).toMatchObject({ subject: letter?.subject })
    expect(again?.sequence).not.toBe(letter?.sequence)

    await put(shop.store, entityItem('user', 'bad', { age: 4, _rev: 3 }))
    await shop.store.deadLetters.replay(again?.sequence as string)
    expect(await shop.rows(ROWS)).toEqual([
      ['a', 2],
      ['b', 3],
      ['bad', 4],
    ])
    expect(shop.store.deadLetters.count()).toBe(0)
  })

  it('is found once, however often the image is made again', async () => {
    await put(shop.store, entityItem('user', 'bad', { age: 'many' }))
    await shop.rows(ROWS)
    for (let round = 0; round < 2; round++) {
      await shop.sql.reload({ ...SHOP, entities: [] })
      await shop.sql.reload(SHOP)
    }
    expect(await shop.rows(ROWS)).toEqual([])
    expect(shop.store.deadLetters.count()).toBe(1)
  })
})

describe('what does not fit', () => {
  let shop: OpenShop
  let shared: string
  beforeAll(async () => {
    shared = await newFolder()
    shop = await openShop(shared)
  })
  afterAll(async () => {
    await shop.close()
    await removeFolder(shared)
  })

  it.each([
    ['an Int with a fraction', { age: 1.5 }],
    ['an Int beyond 32 bits', { age: 2 ** 31 }],
    ['a text as a number', { score: '1.5' }],
    ['a day that does not exist', { born: '2023-02-30' }],
    ['a time without an offset', { seenAt: '2023-02-03T04:05:06' }],
    ['a scalar as a list', { tags: 'x' }],
    ['a number in a list of texts', { tags: ['x', 1] }],
    ['a list as a value type', { address: ['x'] }],
    ['a wrong part of a value type', { address: { floors: ['x'] } }],
    ['a createdAt that is none', { createdAt: 'yesterday' }],
    ['another id than its key', { id: 'other' }],
  ])('is %s', async (name, fields) => {
    const good = entityItem('user', `good: ${name}`, { age: 1 })
    await put(shop.store, { ...entityItem('user', name, fields), ...fields }, good)
    expect((await shop.rows(ROWS)).map(([id]) => id)).toContain(good.id)
    expect(await shop.rows(`SELECT 1 FROM "user" WHERE id IN ('${name}', 'other')`)).toEqual([])
    expect(shop.store.deadLetters.list({ limit: 100 }).at(-1)).toMatchObject({
      subject: { key: { PK: `user#${name}` } },
    })
  })
})

describe('a row that the engine refuses', () => {
  it('is found among the others and buried alone', async () => {
    const store = await openStore(folder)
    const image: Image = await openImage(store, sqlLimits())
    const tables = lakeTables(SHOP)
    try {
      expect((await staleTables(image, tables)).size).toBe(3)
      await makeTables(image, store.table, tables, {
        bury: async () => undefined,
        onProgress: () => undefined,
      })
      await showTables(image, tables)
      // A real refusal: the engine's own check fails in the middle of the transaction.
      await image.writer.run('DROP TABLE stored."user"')
      await image.writer.run(
        `CREATE TABLE stored."user" (id VARCHAR, name VARCHAR, age INTEGER CHECK (age <> 13), score DOUBLE, active BOOLEAN,
         born DATE, seenAt TIMESTAMP, clicks BIGINT, tags VARCHAR[], address STRUCT(city VARCHAR, floors INTEGER[]),
         createdAt TIMESTAMP, updatedAt TIMESTAMP, _rev BIGINT)`,
      )
      await put(
        store,
        ...Array.from({ length: 20 }, (_, index) => entityItem('user', `u${index}`, { age: index })),
      )
      const buried: string[] = []
      for await (const batch of pendingBatches(store.table, image.tables, store.feed.read(0, 100))) {
        await applyBatch(image, batch, async ({ id }, error) => {
          buried.push(id)
          expect(error).toContain('CHECK')
        })
      }
      expect(buried).toEqual(['u13'])
      const result = await image.writer.runAndReadAll(
        'SELECT count(*)::INT, (SELECT position::INT FROM meta.image) FROM stored."user"',
      )
      expect(result.getRows()).toEqual([[19, store.feed.head()]])
    } finally {
      closeImage(image)
      await store.close()
    }
  })
})
