import { sqlEngineConformance } from '../conformance/sqlEngine.js'
import { newFolder, openShop, put, removeFolder } from './testShop.js'

sqlEngineConformance('The embedded engine', async () => {
  const folder = await newFolder()
  const shop = await openShop(folder)
  return {
    engine: shop.sql,
    async put(...items) {
      await put(shop.store, ...items)
      await shop.sql.waitUntilFresh(20_000)
    },
    async close() {
      await shop.close()
      await removeFolder(folder)
    },
  }
})
