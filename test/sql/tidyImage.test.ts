import { afterEach, beforeEach, expect, it } from 'vitest'
import { startFollower } from '../../src/adapters/embedded/sql/follower.js'
import { closeImage, type Image, openImage } from '../../src/adapters/embedded/sql/image.js'
import { sqlLimits } from '../../src/adapters/embedded/sql/sqlLimits.js'
import { createStatementGate } from '../../src/adapters/embedded/sql/statementGate.js'
import { openStore } from '../../src/adapters/embedded/store/openStore.js'
import type { Store } from '../../src/adapters/embedded/store/store.js'
import { SILENT_LOG } from '../../src/host/silentLog.js'
import { lakeTables } from '../../src/model/lakeSchema.js'
import { entityItem, newFolder, removeFolder, SHOP } from './testShop.js'

let folder: string
let store: Store
let image: Image

beforeEach(async () => {
  folder = await newFolder()
  store = await openStore(folder)
  image = await openImage(store, sqlLimits())
})

afterEach(async () => {
  closeImage(image)
  await store.close()
  await removeFolder(folder)
})

const ROWS = 1000

async function putAll(round: number): Promise<void> {
  const items = Array.from({ length: ROWS }, (_, index) => entityItem('user', `u${index}`, { age: round }))
  await store.table.transactBulk(items.map((item) => [{ kind: 'put', item }]))
}

/** Rows in the table's row groups, removed ones included. */
async function storedRows(): Promise<number> {
  const result = await image.writer.runAndReadAll(
    `SELECT sum(count)::INT FROM pragma_storage_info('stored.user') WHERE column_name = 'age' AND segment_type <> 'VALIDITY'`,
  )
  return result.getRows()[0]?.[0] as number
}

it('gives back the room of removed rows between two statements, although some run all the time', async () => {
  const gate = createStatementGate()
  const follower = startFollower({
    store,
    image,
    gate,
    log: SILENT_LOG,
    tidyRows: 3 * ROWS,
    onApplied: () => undefined,
    onProgress: () => undefined,
    onFatal: (error) => {
      throw error
    },
  })
  await follower.setTables(lakeTables(SHOP))
  let asking = true
  let asked = 0
  const askers = [1, 2].map(async () => {
    const connection = await image.instance.connect()
    while (asking) {
      await gate.enter()
      await connection
        .run('SELECT count(*), sum(age) FROM "user" a JOIN "user" b USING (id, age)')
        .finally(gate.leave)
      asked += 1
    }
    connection.closeSync()
  })
  for (let round = 0; round < 12; round++) {
    await putAll(round)
    follower.wake(true)
    while (image.position < store.feed.head()) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  while (image.removedRows >= 3 * ROWS) await new Promise((resolve) => setTimeout(resolve, 2))
  asking = false
  await Promise.all(askers)
  const stored = await storedRows()
  await follower.close()
  expect(asked).toBeGreaterThan(10)
  expect(stored).toBeGreaterThanOrEqual(ROWS)
  // Twelve rounds without it would be 12,000.
  expect(stored).toBeLessThanOrEqual(6 * ROWS)
})
