import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { trackEvent } from '../../src/adapters/aws/lambda/executionTracker/trackEvent.js'
import { taskKey } from '../../src/model/keys.js'
import { DEFAULT_RUNTIME_LIMITS } from '../../src/runtime/context.js'
import { newTaskItem } from '../../src/runtime/tasks/taskItem.js'
import { newFolder, type OpenShop, openShop, put, removeFolder, SHOP } from './testShop.js'

let folder: string
let shop: OpenShop
beforeAll(async () => {
  folder = await newFolder()
  shop = await openShop(folder)
})
afterAll(async () => {
  await shop.close()
  await removeFolder(folder)
})

/** The schedule's event, for a function that has so much time. */
async function sweep(remainingMs: number): Promise<void> {
  const silent = () => undefined
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const context = {
    project: SHOP,
    table: shop.store.table,
    sql: shop.sql,
    clock: { now: () => Date.now() },
    random: { uuid: () => randomUUID() },
    limits: DEFAULT_RUNTIME_LIMITS,
    queues: { deletion: { send: async () => undefined } },
    remainingMs: () => remainingMs,
  }
  await trackEvent({ 'detail-type': 'Scheduled Event' }, { context, workgroup: 'OCG-shop', log, sleep })
}

it('a sweep looks after tasks in a function of half a minute, and begins nothing at its end', async () => {
  const { executionId } = await shop.sql.start({ sql: 'SELECT 1', token: 'one' })
  while ((await shop.sql.execution(executionId))?.state === 'RUNNING') await sleep(10)
  const task = { id: executionId, operation: 'one', taskType: 'queryTask' } as const
  await put(shop.store, newTaskItem(task, new Date().toISOString(), Math.ceil(Date.now() / 1000) + 600))
  const statusOf = async () => (await shop.store.table.get(taskKey(executionId)))?.taskStatus
  await sweep(5_000)
  expect(await statusOf()).toBe('RUNNING')
  await sweep(30_000)
  expect(await statusOf()).toBe('SUCCEEDED')
})
