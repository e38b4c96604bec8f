import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { entityItem, newFolder, type OpenShop, openShop, put, removeFolder } from './testShop.js'

let shop: OpenShop | undefined
let folder: string

afterEach(async () => {
  await shop?.close()
  await removeFolder(folder)
})

test('a query that waits for the image when its process is replaced is not asked of one that has no tables yet', async () => {
  folder = await newFolder()
  shop = await openShop(folder)
  const { store, sql } = shop
  await put(store, entityItem('user', 'a'))
  expect(await shop.rows('SELECT count(*) FROM "user"')).toEqual([[1]])
  const pid = sql.workerPid() as number
  process.kill(pid, 'SIGSTOP')
  await put(store, entityItem('user', 'b'))
  const query = sql.query('SELECT count(*) FROM "user"', { timeoutMs: 20_000, maxRows: 10 })
  // Just before the query stops to wait, which it does after two seconds: the next process is starting then.
  await sleep(1900)
  process.kill(pid, 'SIGKILL')
  expect((await query).rows).toEqual([[2]])
})
