import { expect, it } from 'vitest'
import { startFollower } from '../../src/adapters/embedded/sql/follower.js'
import { closeImage, openImage } from '../../src/adapters/embedded/sql/image.js'
import { sqlLimits } from '../../src/adapters/embedded/sql/sqlLimits.js'
import { createStatementGate } from '../../src/adapters/embedded/sql/statementGate.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { SILENT_LOG } from '../../src/host/silentLog.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import type { Entity } from '../../src/model/types.js'
import { entity, entityItem, newFolder, PRODUCT, put, removeFolder, SHOP, scalar, USER } from './testShop.js'

const wider = (name: string, { fields }: Entity) =>
  entity(name, {
    ...Object.fromEntries(fields.map((field) => [field.name, field.type])),
    added: scalar('String'),
  })
const WIDER = { ...SHOP, entities: [wider('User', USER), wider('Product', PRODUCT)] }

it('leaves all as it was when one of several tables can not be made', async () => {
  const folder = await newFolder()
  const store = await openStore(folder)
  let isBroken = false
  const readPage: Store['table']['readPage'] = (range) => {
    if (isBroken && range.prefix === 'product#' && range.limit > 1) throw new Error('broken')
    return store.table.readPage(range)
  }
  const image = await openImage(store, sqlLimits())
  const follower = startFollower({
    store: { ...store, table: { ...store.table, readPage } },
    image,
    log: SILENT_LOG,
    gate: createStatementGate(),
    onApplied: () => undefined,
    onProgress: () => undefined,
    onFatal: () => undefined,
  })
  const reader = await image.instance.connect()
  const ask = async (sql: string) => (await reader.runAndReadAll(sql)).getRowsJson()
  const caughtUp = async () => {
    follower.wake(true)
    while (image.position < store.feed.head()) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  try {
    await put(store, entityItem('user', 'a', { name: 'A' }), entityItem('product', 'p'))
    await follower.setTables(lakeTables(SHOP))
    isBroken = true
    await expect(follower.setTables(lakeTables(WIDER))).rejects.toThrow('broken')
    await put(store, entityItem('user', 'b', { name: 'B' }))
    await caughtUp()
    expect(await ask('SELECT id, name FROM "user" ORDER BY id')).toEqual([
      ['a', 'A'],
      ['b', 'B'],
    ])
    expect(store.deadLetters.count()).toBe(0)
    isBroken = false
    await follower.setTables(lakeTables(WIDER))
    expect(await ask('SELECT id, added FROM "user" ORDER BY id')).toEqual([
      ['a', null],
      ['b', null],
    ])
  } finally {
    await follower.close()
    reader.closeSync()
    closeImage(image)
    await store.close()
    await removeFolder(folder)
  }
})
