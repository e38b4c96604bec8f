import { mkdirSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { imageFile } from '../../src/adapters/embedded/sql/imageFile.js'
import { relationDataKey } from '../../src/model/keys.js'
import type { JoinTable } from '../../src/model/types.js'
import type { Item } from '../../src/ports/itemTable.js'
import {
  entityItem,
  LIKES,
  likeItem,
  newFolder,
  type OpenShop,
  openShop,
  put,
  removeFolder,
  SHOP,
} from './testShop.js'

let folder: string
let shop: OpenShop | undefined

beforeEach(async () => {
  folder = await newFolder()
})

afterEach(async () => {
  await shop?.close()
  shop = undefined
  await removeFolder(folder)
})

const DAY = 'year=2024/month=05/day=06'

function user(index: number) {
  return entityItem('user', `u${index}`, {
    name: `Name ${index}`,
    age: index,
    score: index / 4,
    active: index % 2 === 0,
    born: '1990-02-03',
    seenAt: '2024-05-06T07:08:09.010Z',
    clicks: 2 ** 40 + index,
    tags: ['a', `t${index}`],
    address: { city: `City ${index}`, floors: [1, 2] },
    createdAt: index < 5 ? '2024-05-06T07:08:09.010Z' : '2024-05-07T00:00:00.000Z',
  })
}

/** A shop of ten users, a product and two relations, whose lake is published. */
async function openFull(): Promise<OpenShop> {
  const opened = await openShop(folder)
  await put(opened.store, ...Array.from({ length: 10 }, (_, index) => user(index)))
  await put(opened.store, entityItem('product', 'p1', { title: 'Tea' }))
  await put(opened.store, likeItem('u1', 'p1', 3), likeItem('u2', 'p1'))
  await opened.sql.publish({ fresh: true })
  return opened
}

async function inDatabase(file: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

/** Closes the shop, does something to its files, and opens it again. */
async function behindItsBack(change: () => Promise<void> | void): Promise<OpenShop> {
  await (shop as OpenShop).close()
  await change()
  shop = await openShop(folder)
  return shop
}

/** Rewrites one day's file of the users by a query on it, named `day`. */
async function rewriteDay(query: string): Promise<void> {
  const file = join(folder, 'lake/tables/user', DAY, 'rows.parquet')
  await inDatabase(
    ':memory:',
    `CREATE VIEW day AS FROM read_parquet('${file}', hive_partitioning = false)`,
    `COPY (${query}) TO '${file}.new' (FORMAT parquet)`,
  )
  renameSync(`${file}.new`, file)
}

describe('verification', () => {
  it('finds no difference in a lake that nobody has touched', async () => {
    shop = await openFull()
    const { clean, tables, differences } = await shop.sql.verify()
    expect(differences).toEqual([])
    expect(clean).toBe(true)
    expect(tables.map(({ table, in: place, rows }) => [table, place, rows])).toEqual([
      ['user', 'image', 10],
      ['user', 'files', 10],
      ['product', 'image', 1],
      ['product', 'files', 1],
      ['likes', 'image', 2],
      ['likes', 'files', 2],
    ])
  })

  it('finds each row of the image that was removed, doubled, made up or changed', async () => {
    shop = await openFull()
    const changes: readonly (readonly [field: string, value: string])[] = [
      ['name', `'Name X'`],
      ['age', 'NULL'],
      ['score', 'score + 1e-9'],
      ['active', 'NOT active'],
      ['born', 'born + 1'],
      ['seenAt', `"seenAt" + INTERVAL 1 MILLISECOND`],
      ['clicks', 'clicks + 1'],
      ['tags', `['a', NULL]`],
      ['address', 'struct_pack(city := address.city, floors := [2, 1])'],
      ['createdAt', `"createdAt" - INTERVAL 1 MILLISECOND`],
      ['_rev', '_rev + 1'],
    ]
    const { store } = shop
    await put(store, ...changes.map((_, index) => user(100 + index)))
    await shop.rows('SELECT 1')
    const { sql } = await behindItsBack(() =>
      inDatabase(
        imageFile(folder),
        ...changes.map(
          ([field, value], index) =>
            `UPDATE stored."user" SET "${field}" = ${value} WHERE id = 'u${100 + index}'`,
        ),
        `DELETE FROM stored."user" WHERE id = 'u3'`,
        `INSERT INTO stored."user" SELECT * FROM stored."user" WHERE id = 'u4'`,
        `INSERT INTO stored."user" SELECT * REPLACE ('zz' AS id) FROM stored."user" WHERE id = 'u5'`,
        `UPDATE stored.likes SET rating = 5 WHERE rating = 3`,
      ),
    )
    const { clean, differences, tables } = await sql.verify()
    const byId = Object.fromEntries(
      differences
        .filter((one) => one.in === 'image' && one.table === 'user')
        .map(({ id, kind, fields }) => [id, [kind, ...(fields ?? [])]]),
    )
    expect(byId).toEqual({
      u3: ['missing'],
      u4: ['duplicate'],
      zz: ['extra'],
      ...Object.fromEntries(changes.map(([field], index) => [`u${100 + index}`, ['different', field]])),
    })
    expect(differences.filter(({ table }) => table === 'likes')).toMatchObject([
      { in: 'image', kind: 'different', fields: ['rating'] },
    ])
    expect(clean).toBe(false)
    expect(tables[0]).toMatchObject({ in: 'image', missing: 1, duplicate: 1, extra: 1, different: 11 })
    // A rebuilding sets it right.
    await sql.rewriteImage({ republish: true })
    await sql.publish({ fresh: true })
    expect(await sql.verify()).toMatchObject({ clean: true, differences: [] })
  })

  it('finds each row of the published files that was removed, doubled, made up or changed', async () => {
    shop = await openFull()
    const { sql } = await behindItsBack(() =>
      rewriteDay(
        `SELECT * REPLACE (CASE id WHEN 'u1' THEN 99 ELSE age END AS age) FROM day WHERE id <> 'u2'
         UNION ALL FROM day WHERE id = 'u3'
         UNION ALL SELECT * REPLACE ('zz' AS id) FROM day WHERE id = 'u4'`,
      ),
    )
    const { clean, differences } = await sql.verify()
    const found = differences.map((one) => ({ ...one })).sort((a, b) => (a.id < b.id ? -1 : 1))
    const user = { in: 'files', table: 'user' }
    expect(found).toEqual([
      { ...user, id: 'u1', kind: 'different', fields: ['age'] },
      { ...user, id: 'u2', kind: 'missing' },
      { ...user, id: 'u3', kind: 'duplicate' },
      { ...user, id: 'zz', kind: 'extra' },
    ])
    expect(clean).toBe(false)
  })

  it('finds files that are gone, torn, or in the folder of another day', async () => {
    shop = await openFull()
    const users = join(folder, 'lake/tables/user')
    const { sql } = await behindItsBack(() => truncateSync(join(users, DAY, 'rows.parquet'), 100))
    const torn = await sql.verify()
    expect(torn.differences).toContainEqual({ in: 'files', table: 'user', id: DAY, kind: 'damaged' })
    rmSync(join(users, DAY), { recursive: true })
    const gone = await sql.verify()
    expect(gone.differences.map(({ id, kind }) => [id, kind])).toEqual(
      ['u0', 'u1', 'u2', 'u3', 'u4'].map((id) => [id, 'missing']),
    )
    const wrong = join(users, 'year=2024/month=06/day=01')
    mkdirSync(join(wrong, '..'), { recursive: true })
    renameSync(join(users, 'year=2024/month=05/day=07'), wrong)
    const misplaced = await sql.verify()
    expect(misplaced.differences).toContainEqual({
      in: 'files',
      table: 'user',
      id: 'year=2024/month=06/day=01',
      kind: 'damaged',
    })
    await sql.publish({ thorough: true })
    expect((await sql.verify()).differences).toEqual([])
  })

  it('takes no write that comes meanwhile for a difference', async () => {
    shop = await openFull()
    const { store, sql } = shop
    await store.table.createBulk(
      Array.from({ length: 5000 }, (_, index) => entityItem('user', `v${index}`, { age: index })),
    )
    let writing = true
    let written = 0
    const writer = (async () => {
      for (; writing; written++) {
        await put(store, entityItem('user', `v${written % 5000}`, { age: -written, _rev: 2 }))
        await put(store, entityItem('user', `w${written}`, { age: 0 }))
        await store.table.write({
          kind: 'delete',
          key: { PK: `user#v${4999 - written}`, SK: `user#v${4999 - written}` },
        })
        if (written % 40 === 0) await sql.publish()
      }
    })()
    const first = await sql.verify()
    const second = await sql.verify()
    writing = false
    await writer
    expect(written).toBeGreaterThan(10)
    expect([first.differences, second.differences]).toEqual([[], []])
    const last = await sql.verify()
    expect(last.clean).toBe(true)
    expect(last.tables[0]?.rows).toBe((await shop.rows('SELECT count(*) FROM "user"'))[0]?.[0])
  })

  it('compares all join tables at once, each with its own files', async () => {
    const owns: JoinTable = { ...LIKES, table: 'owns' }
    shop = await openShop(folder, { project: { ...SHOP, joinTables: [LIKES, owns] } })
    const relations = Array.from({ length: 20 }, (_, index) => likeItem(`u${index}`, 'p1', index))
    const owned = relations.map((item): Item => {
      const id = `owns-${String(item.relationId)}`
      return { ...item, ...relationDataKey(id), entityType: 'owns', relationId: id }
    })
    await put(shop.store, ...relations, ...owned)
    await shop.sql.publish({ fresh: true })
    rmSync(join(folder, 'lake/tables/owns', DAY), { recursive: true })
    const { tables } = await shop.sql.verify()
    expect(tables.slice(-4)).toMatchObject([
      { table: 'likes', in: 'image', rows: 20, missing: 0 },
      { table: 'likes', in: 'files', rows: 20, missing: 0 },
      { table: 'owns', in: 'image', rows: 20, missing: 0 },
      { table: 'owns', in: 'files', rows: 20, missing: 20 },
    ])
  })

  it('leaves nothing behind', async () => {
    shop = await openFull()
    await shop.sql.verify()
    expect(readdirSync(join(folder, 'sql-spill')).filter((name) => name.startsWith('verify'))).toEqual([])
  })
})
