import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { exportFromTable } from '../../src/adapters/embedded/sql/exportFromTable.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { entityKey } from '../../src/model/keys.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import { StoreError } from '../../src/ports/storeError.js'
import { entityItem, newFolder, put, removeFolder, SHOP } from './testShop.js'

/** Does something else once the users have been read, and before the reading ends. */
function busyStore(store: Store, meanwhile: () => Promise<void>): Store {
  let begun = false
  let done = false
  const readPage: Store['table']['readPage'] = (range) => {
    const page = store.table.readPage(range)
    if (page.length > 0 || done || !range.after) return page
    if (!begun) void meanwhile().then(() => (done = true))
    begun = true
    // Of no table that is asked for.
    return [{ ...entityItem('user', 'z'), ...range.after, entityType: 'elsewhere' }]
  }
  return { ...store, table: { ...store.table, readPage } }
}

it('has what changes while it reads, though a host trims the feed meanwhile', async () => {
  const folder = await newFolder()
  const out = join(folder, 'out')
  const store = await openStore(join(folder, 'data'))
  try {
    await put(store, ...['a', 'b', 'c'].map((id) => entityItem('user', id, { name: 'before' })))
    const busy = busyStore(store, async () => {
      await put(store, entityItem('user', 'a', { name: 'after', _rev: 2 }), entityItem('user', 'd'))
      await store.table.write({ kind: 'delete', key: entityKey('user', 'b') })
      // As a host does with all that its own image shows.
      await store.feed.trim(store.feed.head() + 1)
    })
    const exported = await exportFromTable(busy, lakeTables(SHOP), out, () => undefined)
    expect(exported.rows.get('user')).toBe(3)
    expect(exported.unfit).toBe(0)
    const engine = await (await DuckDBInstance.create()).connect()
    const rows = await engine.runAndReadAll(
      `SELECT id, name FROM read_parquet('${out}/tables/user/**/*.parquet') ORDER BY id`,
    )
    expect(rows.getRowsJson()).toEqual([
      ['a', 'after'],
      ['c', 'before'],
      ['d', null],
    ])
    // And keeps nothing afterwards.
    expect(await store.feed.trim(store.feed.head() + 1)).toBeGreaterThan(0)
  } finally {
    await store.close()
    await removeFolder(folder)
  }
})

it('also reads a store whose disk is full', async () => {
  const folder = await newFolder()
  const store = await openStore(join(folder, 'data'))
  try {
    await put(store, entityItem('user', 'a'))
    const hold = () => Promise.reject(new StoreError('unavailable', 'The store could not write to its disk.'))
    const full = { ...store, feed: { ...store.feed, hold } }
    const { rows } = await exportFromTable(full, lakeTables(SHOP), join(folder, 'out'), () => undefined)
    expect(rows.get('user')).toBe(1)
  } finally {
    await store.close()
    await removeFolder(folder)
  }
})
