import { expect, it } from 'vitest'
import {
  entity,
  entityItem,
  newFolder,
  openShop,
  PRODUCT,
  put,
  removeFolder,
  SHOP,
  scalar,
  USER,
} from './testShop.js'

it('shows every table all the time while a reload makes them again one by one', async () => {
  const folder = await newFolder()
  const shop = await openShop(folder)
  try {
    await put(shop.store, ...Array.from({ length: 50 }, (_, n) => entityItem('user', `u${n}`, { name: 'n' })))
    for (let part = 0; part < 8; part++) {
      const products = Array.from({ length: 500 }, (_, n) => entityItem('product', `p${part}-${n}`))
      await put(shop.store, ...products)
    }
    expect(await shop.rows('SELECT count(*) FROM product')).toEqual([[4000]])
    const wider = (name: string, one: typeof USER) =>
      entity(name, {
        ...Object.fromEntries(one.fields.map((field) => [field.name, field.type])),
        added: scalar('String'),
      })
    let done = false
    const reloaded = shop.sql
      .reload({ ...SHOP, entities: [wider('User', USER), wider('Product', PRODUCT)] })
      .finally(() => {
        done = true
      })
    const seen = new Set<string>()
    while (!done) {
      const query = shop.sql.query('SELECT count(name) FROM user', { timeoutMs: 10_000, maxRows: 1 })
      seen.add(await query.then(({ rows }) => JSON.stringify(rows), String))
    }
    await reloaded
    expect([...seen]).toEqual(['[[50]]'])
    expect(await shop.rows('SELECT count(added), count(*) FROM product')).toEqual([[0, 4000]])
  } finally {
    await shop.close()
    await removeFolder(folder)
  }
})
