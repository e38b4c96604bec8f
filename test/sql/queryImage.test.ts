import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { entityItem, likeItem, newFolder, type OpenShop, openShop, put, removeFolder } from './testShop.js'

let folder: string
let shop: OpenShop

beforeEach(async () => {
  folder = await newFolder()
  shop = await openShop(folder)
})

afterEach(async () => {
  await shop.close()
  await removeFolder(folder)
})

describe('the query image', () => {
  it('shows items with the types of the schema', async () => {
    await put(
      shop.store,
      entityItem('user', 'u1', {
        name: 'Ada',
        age: 36,
        score: 3,
        active: true,
        born: '1815-12-10',
        seenAt: '2024-02-29T23:30:00.250-02:00',
        clicks: 1_700_000_000,
        tags: ['x', null, 'z'],
        address: { city: 'London', floors: [1, 2] },
        createdAt: '2024-12-31T23:59:59.999Z',
      }),
      entityItem('user', 'u2'),
      likeItem('u1', 'p1', 5),
    )
    expect(await shop.rows('SELECT * FROM "user" ORDER BY id')).toEqual([
      [
        'u1',
        'Ada',
        36,
        3,
        true,
        '1815-12-10',
        '2024-03-01T01:30:00.250Z',
        1_700_000_000,
        ['x', null, 'z'],
        { city: 'London', floors: [1, 2] },
        '2024-12-31T23:59:59.999Z',
        '2024-12-31T23:59:59.999Z',
        '2024',
        '12',
        '31',
      ],
      [
        'u2',
        ...Array.from({ length: 9 }, () => null),
        '2024-05-06T07:08:09.010Z',
        '2024-05-06T07:08:09.010Z',
        '2024',
        '05',
        '06',
      ],
    ])
    expect(
      await shop.rows(
        "SELECT userId, productId, rating, year, month, s3Key = 'handle-of-' || relationId FROM likes",
      ),
    ).toEqual([['u1', 'p1', 5, '2024', '05', true]])
    expect(await shop.rows('SELECT count(*) FROM product')).toEqual([[0]])
  })

  it('follows updates, deletions and items made again at another time', async () => {
    await put(
      shop.store,
      entityItem('user', 'u1', { name: 'Ada' }),
      entityItem('user', 'u2', { name: 'Bob' }),
    )
    expect(await shop.rows('SELECT id, name FROM "user" ORDER BY 1')).toEqual([
      ['u1', 'Ada'],
      ['u2', 'Bob'],
    ])
    const key = { PK: 'user#u1', SK: 'user#u1' }
    await shop.store.table.write({ kind: 'update', key, set: { name: 'Eve' }, add: { _rev: 1 } })
    await shop.store.table.write({ kind: 'delete', key: { PK: 'user#u2', SK: 'user#u2' } })
    expect(await shop.rows('SELECT id, name FROM "user"')).toEqual([['u1', 'Eve']])
    await shop.store.table.write({ kind: 'delete', key })
    await put(shop.store, entityItem('user', 'u1', { name: 'New', createdAt: '2019-01-01T00:00:00.000Z' }))
    expect(await shop.rows('SELECT id, name, year FROM "user"')).toEqual([['u1', 'New', '2019']])
  })
})
