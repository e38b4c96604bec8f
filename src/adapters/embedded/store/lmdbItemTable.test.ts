import { itemTableConformance } from '../../../../test/conformance/itemTable.js'
import { temporaryStore } from '../../../../test/store/temporaryStore.js'

itemTableConformance('LmdbItemTable', async () => {
  const { store, remove } = await temporaryStore()
  return { table: store.table, close: remove }
})
