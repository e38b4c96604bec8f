import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { entityItem, likeItem, newFolder, openShop, put, removeFolder } from './testShop.js'

it('publishes one sorted Parquet file a day, and replaces what was there', async () => {
  const folder = await newFolder()
  const shop = await openShop(folder)
  const out = join(folder, 'out')
  mkdirSync(join(out, 'tables', 'gone'), { recursive: true })
  mkdirSync(join(out, 'tables.part-99'))
  writeFileSync(join(out, 'unrelated.txt'), 'stays')
  try {
    const users = Array.from({ length: 3000 }, (_, index) =>
      entityItem('user', `u${index}`, {
        seenAt: '2024-01-01T01:02:03.004Z',
        address: { city: 'London', floors: [index] },
        createdAt: new Date(Date.UTC(1969, 11, 31, 23, 59, 59) + (index % 40) * 86_400_000).toISOString(),
      }),
    )
    await put(shop.store, ...users, likeItem('u1', 'p1', 5))
    const seen: string[] = []
    expect(
      await shop.sql.exportParquet(out, { onProgress: (table, rows) => seen.push(`${table} ${rows}`) }),
    ).toEqual({ tables: 3, files: 41, rows: 3001 })
    expect(seen).toContain('user 3000')
    expect(readdirSync(out).sort()).toEqual(['tables', 'unrelated.txt'])
    expect(readdirSync(join(out, 'tables')).sort()).toEqual(['likes', 'product', 'user'])
    expect(existsSync(join(out, 'tables/user/year=1969/month=12/day=31/rows.parquet'))).toBe(true)

    const engine = await (await DuckDBInstance.create()).connect()
    const ask = async (sql: string) => (await engine.runAndReadAll(sql)).getRowsJson()
    const files = `read_parquet('${out}/tables/user/**/*.parquet', hive_partitioning = true, hive_types_autocast = false, filename = true)`
    expect(
      await ask(`SELECT count(*)::INT, count(DISTINCT id)::INT, sum(address.floors[1])::INT, count(DISTINCT filename)::INT,
                 bool_and(strftime(createdAt, '%Y-%m-%d') = year || '-' || month || '-' || day) FROM ${files}`),
    ).toEqual([[3000, 3000, (2999 * 3000) / 2, 40, true]])
    const one = `'${out}/tables/user/year=1970/month=01/day=10/rows.parquet'`
    expect(await ask(`SELECT list(id) = list_sort(list(id)) FROM read_parquet(${one})`)).toEqual([[true]])
    expect(await ask(`SELECT DISTINCT compression FROM parquet_metadata(${one})`)).toEqual([['SNAPPY']])
    expect(
      await ask(`SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata(${one}) ORDER BY 1`),
    ).toEqual([
      ['oc-graphql.format', '1'],
      ['oc-graphql.table', 'user'],
    ])
    expect(
      await ask(`SELECT converted_type FROM parquet_schema(${one}) WHERE name IN ('createdAt', 'seenAt')`),
    ).toEqual([['TIMESTAMP_MILLIS'], ['TIMESTAMP_MILLIS']])
  } finally {
    await shop.close()
    await removeFolder(folder)
  }
})
