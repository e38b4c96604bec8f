import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Project } from '../../src/model/types.js'
import {
  entity,
  entityItem,
  likeItem,
  newFolder,
  type OpenShop,
  openShop,
  PRODUCT,
  put,
  removeFolder,
  SHOP,
  scalar,
} from './testShop.js'

const DAY_MS = 86_400_000

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

function product(id: string, day: number, title = id) {
  const createdAt = new Date(Date.UTC(2024, 0, 1, 12) + day * DAY_MS).toISOString()
  return entityItem('product', id, { createdAt, title, price: day })
}

function fileOf(table: string, day: number): string {
  const [year, month, date] = new Date(Date.UTC(2024, 0, 1) + day * DAY_MS)
    .toISOString()
    .slice(0, 10)
    .split('-')
  return join(folder, `lake/tables/${table}/year=${year}/month=${month}/day=${date}/rows.parquet`)
}

/** What another engine reads. */
async function ask(sql: string): Promise<readonly unknown[]> {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const titles = (table = 'product') =>
  ask(`SELECT id, title FROM read_parquet('${folder}/lake/tables/${table}/**/*.parquet') ORDER BY id`)

async function publish(options: { readonly thorough?: boolean } = {}) {
  return shop.sql.publish({ fresh: true, ...options })
}

/** These start and end many processes: wide enough for a busy machine. */
const LONG_MS = 240_000

describe('the published lake', () => {
  it('has one sorted file a day, with what readers prune by', async () => {
    const users = Array.from({ length: 500 }, (_, index) =>
      entityItem('user', `u${index % 250}-${index}`, {
        name: `name ${index % 3}`,
        tags: ['a', 'b'],
        address: { city: 'London', floors: [index] },
        seenAt: '2024-01-01T01:02:03.004Z',
        createdAt: new Date(Date.UTC(2024, 0, 1) + (500 - index) * 3_600_000).toISOString(),
      }),
    )
    await put(shop.store, ...users, product('p1', 3), likeItem('u1', 'p1', 5))
    const progress: string[] = []
    const published = await shop.sql.publish({
      fresh: true,
      onProgress: (table, rows, total) => progress.push(`${table} ${rows}/${total}`),
    })
    expect(published).toMatchObject({ tables: 3, files: 23, written: 23, rows: 502, removed: 0 })
    expect(progress).toContain('user 500/500')
    const one = `'${fileOf('user', 2)}'`
    expect(
      await ask(
        `SELECT list(createdAt) = list_sort(list(createdAt)), count(*)::INT FROM read_parquet(${one})`,
      ),
    ).toEqual([[true, 24]])
    expect(
      await ask(`SELECT compression, stats_min_value IS NOT NULL, encodings LIKE '%DICTIONARY%'
        FROM parquet_metadata(${one}) WHERE path_in_schema = 'name'`),
    ).toEqual([['SNAPPY', true, true]])
    expect(
      await ask(`SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet(${one})) LIMIT 3`),
    ).toEqual([
      ['id', 'VARCHAR'],
      ['name', 'VARCHAR'],
      ['age', 'INTEGER'],
    ])
    expect(await ask(`SELECT DISTINCT _rev FROM read_parquet(${one})`)).toEqual([['1']])
    expect(existsSync(join(folder, 'lake/.publishing'))).toBe(false)
    const { bytes } = published
    const sizes = await ask(`SELECT sum(size)::INT FROM read_blob('${folder}/lake/tables/**/*.parquet')`)
    expect(sizes).toEqual([[bytes]])
  })

  it('encodes doubles as every reader knows them, and all the rest as small as it goes', async () => {
    const numbers = Array.from({ length: 300 }, (_, index) => ({
      ...product(`p${index}`, 0),
      price: index / 7,
    }))
    await put(
      shop.store,
      ...numbers,
      ...Array.from({ length: 300 }, (_, index) => likeItem(`u${index}`, 'p', 1)),
    )
    await publish()
    const encodings = (table: string) =>
      ask(
        `SELECT path_in_schema, encodings FROM parquet_metadata('${folder}/lake/tables/${table}/**/*.parquet')
         WHERE path_in_schema IN ('createdAt', 'price', 'userId') ORDER BY 1`,
      )
    expect(await encodings('product')).toEqual([
      ['createdAt', 'PLAIN_DICTIONARY'],
      ['price', 'PLAIN'],
    ])
    expect(await encodings('likes')).toEqual([
      ['createdAt', 'RLE_DICTIONARY'],
      ['userId', 'DELTA_LENGTH_BYTE_ARRAY'],
    ])
  })

  it('writes only days that have changed', async () => {
    await put(shop.store, product('a', 0), product('b', 1), product('c', 2))
    expect(await publish()).toMatchObject({ files: 3, written: 3 })
    expect(await publish()).toMatchObject({ files: 3, written: 0 })
    await put(shop.store, product('b', 1, 'changed'), product('d', 1))
    expect(await publish()).toMatchObject({ files: 3, written: 1, rows: 2 })
    expect(await titles()).toEqual([
      ['a', 'a'],
      ['b', 'changed'],
      ['c', 'c'],
      ['d', 'd'],
    ])
  })

  it('keeps an empty file for a day that lost its last row, until it looks at everything', async () => {
    await put(shop.store, product('a', 0), product('b', 1))
    await publish()
    await shop.store.table.write({ kind: 'delete', key: { PK: 'product#b', SK: 'product#b' } })
    expect(await publish()).toMatchObject({ files: 2, written: 1, rows: 0 })
    expect(await ask(`SELECT count(*)::INT FROM read_parquet('${fileOf('product', 1)}')`)).toEqual([[0]])
    expect(await titles()).toEqual([['a', 'a']])
    expect(await publish({ thorough: true })).toMatchObject({ files: 1, written: 0, removed: 1 })
    expect(readdirSync(join(folder, 'lake/tables/product/year=2024/month=01'))).toEqual(['day=01'])
    expect(await titles()).toEqual([['a', 'a']])
  })

  it('moves a row that is made anew at another time', async () => {
    await put(shop.store, product('a', 0), product('b', 0))
    await publish()
    await shop.store.table.write({ kind: 'delete', key: { PK: 'product#b', SK: 'product#b' } })
    await put(shop.store, product('b', 40))
    expect(await publish()).toMatchObject({ files: 2, written: 2 })
    expect(await ask(`SELECT id FROM read_parquet('${fileOf('product', 0)}')`)).toEqual([['a']])
    expect(await ask(`SELECT id FROM read_parquet('${fileOf('product', 40)}')`)).toEqual([['b']])
  })

  it('makes again what somebody has removed, when it is asked to look', async () => {
    await put(shop.store, product('a', 0), product('b', 1), likeItem('u', 'p'))
    await publish()
    rmSync(fileOf('product', 1))
    rmSync(join(folder, 'lake/tables/likes'), { recursive: true })
    mkdirSync(join(folder, 'lake/tables/stranger'))
    expect(await publish({ thorough: true })).toMatchObject({ tables: 3, files: 3, written: 2 })
    expect(await titles()).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
    expect(readdirSync(join(folder, 'lake/tables')).sort()).toEqual(['likes', 'product', 'user'])
    rmSync(join(folder, 'lake'), { recursive: true })
    expect(await publish()).toMatchObject({ files: 3, written: 3 })
  })

  it('follows the model: a new column, a wider one, a table that goes', async () => {
    await put(shop.store, product('a', 0), product('b', 1), likeItem('u', 'p'))
    await publish()
    const wider: Project = {
      ...SHOP,
      hash: '1'.repeat(32),
      entities: [
        entity('Product', { title: scalar('String'), price: scalar('Float'), stock: scalar('Int') }),
      ],
      joinTables: [],
    }
    // Changes of a table that is gone before they were published: nobody waits for them for ever.
    await put(shop.store, likeItem('u', 'q'))
    await shop.sql.waitUntilFresh(20_000)
    await shop.sql.reload(wider)
    expect(await publish()).toMatchObject({ tables: 1, files: 2, written: 2 })
    expect(shop.sql.stats().publication.unpublishedSince).toBeUndefined()
    expect(readdirSync(join(folder, 'lake/tables'))).toEqual(['product'])
    expect(await ask(`SELECT id, stock FROM read_parquet('${fileOf('product', 0)}')`)).toEqual([['a', null]])
    await shop.sql.reload({ ...wider, hash: '2'.repeat(32), entities: [PRODUCT] })
    expect(await publish()).toMatchObject({ tables: 1, files: 2, written: 2 })
    expect(
      await ask(
        `SELECT count(*)::INT FROM (DESCRIBE FROM read_parquet('${fileOf('product', 0)}', hive_partitioning = false))`,
      ),
    ).toEqual([[6]])
  })

  it(
    'misses nothing when its process is killed, before, amid and after',
    async () => {
      const count = 400
      await put(shop.store, ...Array.from({ length: count }, (_, index) => product(`p${index}`, index % 40)))
      for (const wait of [0, 5, 60, 150]) {
        await put(shop.store, product('p1', 1, `at ${wait}`))
        await shop.sql.waitUntilFresh(20_000)
        const publication = shop.sql.publish({ fresh: true }).catch(() => undefined)
        await sleep(wait)
        const pid = shop.sql.workerPid()
        if (pid !== undefined) process.kill(pid, 'SIGKILL')
        await publication
        await publish()
        expect(
          await ask(
            `SELECT count(*)::INT, count(DISTINCT id)::INT, count(*) FILTER (title = 'at ${wait}')::INT
           FROM read_parquet('${folder}/lake/tables/product/**/*.parquet')`,
          ),
        ).toEqual([[count, count, 1]])
        expect(existsSync(join(folder, 'lake/.publishing'))).toBe(false)
      }
    },
    LONG_MS,
  )

  it('goes on where it was after a restart', async () => {
    await put(shop.store, product('a', 0), product('b', 1))
    await publish()
    await put(shop.store, product('b', 1, 'later'))
    await shop.sql.waitUntilFresh(20_000)
    await shop.close()
    shop = await openShop(folder)
    expect(await publish()).toMatchObject({ files: 2, written: 1 })
    expect(await titles()).toEqual([
      ['a', 'a'],
      ['b', 'later'],
    ])
  })

  it(
    'shows readers whole files only, while days are swapped',
    async () => {
      const all = Array.from({ length: 300 }, (_, index) => product(`p${index}`, index % 10))
      await put(shop.store, ...all)
      await publish()
      let done = false
      const reading = (async () => {
        let reads = 0
        while (!done) {
          const [[rows]] = (await ask(
            `SELECT count(*)::INT FROM read_parquet('${folder}/lake/tables/product/**/*.parquet', hive_partitioning = true)`,
          )) as [[number]]
          expect(rows).toBe(300)
          reads += 1
        }
        return reads
      })()
      for (let round = 0; round < 15; round++) {
        await put(shop.store, ...all.slice(0, 20).map((item) => ({ ...item, title: `round ${round}` })))
        await publish()
      }
      done = true
      expect(await reading).toBeGreaterThan(3)
    },
    LONG_MS,
  )

  it('says why it can not write, leaves the old files, and goes on later', async () => {
    await put(shop.store, product('a', 0))
    await publish()
    await put(shop.store, product('a', 0, 'new'))
    // A folder stands where a file belongs.
    rmSync(join(folder, 'lake/publication.json'))
    mkdirSync(join(folder, 'lake/publication.json/x'), { recursive: true })
    await expect(publish()).rejects.toThrow(/^The Parquet lake could not be written: /)
    expect(shop.sql.stats().publication).toMatchObject({ failures: 1 })
    expect(existsSync(fileOf('product', 0))).toBe(true)
    rmSync(join(folder, 'lake/publication.json'), { recursive: true })
    await publish()
    expect(await titles()).toEqual([['a', 'new']])
    expect(shop.sql.stats().publication.unpublishedSince).toBeUndefined()
  })

  it('ends when it is told to, and goes on at the next call', async () => {
    await put(shop.store, ...Array.from({ length: 80 }, (_, index) => product(`p${index}`, index)))
    await shop.sql.waitUntilFresh(20_000)
    const stop = new AbortController()
    const ended = shop.sql.publish({ signal: stop.signal })
    await sleep(30)
    stop.abort()
    await ended.catch(() => undefined)
    expect(shop.sql.stats().publication.failures).toBe(0)
    expect(await publish()).toMatchObject({ files: 80 })
    expect(shop.sql.stats().restarts).toBe(0)
    expect(
      await ask(`SELECT count(*)::INT FROM read_parquet('${folder}/lake/tables/product/**/*.parquet')`),
    ).toEqual([[80]])
  })

  it('refuses the files of a later version', async () => {
    await publish()
    writeFileSync(join(folder, 'lake/publication.json'), '{"format":99}')
    await put(shop.store, product('a', 0))
    await expect(publish()).rejects.toThrow(/is of format 99/)
    expect(readFileSync(join(folder, 'lake/publication.json'), 'utf8')).toBe('{"format":99}')
  })
})
