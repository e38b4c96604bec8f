import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { relationId, taskKey } from '../../src/model/keys.js'
import type { Item } from '../../src/ports/itemTable.js'
import type { DeletionMessage } from '../../src/ports/queue.js'
import { DEFAULT_RUNTIME_LIMITS, type DeletionContext } from '../../src/runtime/context.js'
import { runDeletion } from '../../src/runtime/deletion/deletionTask.js'
import { relationItems } from '../../src/runtime/items/relationItems.js'
import { type CancelOutcome, cancelTask } from '../../src/runtime/tasks/cancelTask.js'
import { newTaskItem } from '../../src/runtime/tasks/taskItem.js'
import { trackExecution } from '../../src/runtime/tasks/trackExecution.js'
import { entityItem, LIKES, newFolder, type OpenShop, openShop, put, removeFolder, SHOP } from './testShop.js'

let folder: string
let shop: OpenShop
let context: DeletionContext

beforeAll(async () => {
  folder = await newFolder()
  shop = await openShop(folder)
  context = {
    project: SHOP,
    table: shop.store.table,
    sql: shop.sql,
    clock: { now: () => Date.now() },
    random: { uuid: () => randomUUID() },
    limits: DEFAULT_RUNTIME_LIMITS,
    queues: { deletion: { send: async () => undefined } },
  }
})

afterAll(async () => {
  await shop.close()
  await removeFolder(folder)
})

/** Stores a relation, and gives its data. */
async function like(user: string, product: string): Promise<Item> {
  const parts = [
    { column: 'userId', entity: 'user', id: user, incarnation: `i-${user}` },
    { column: 'productId', entity: 'product', id: product, incarnation: `i-${product}` },
  ]
  const time = '2024-05-06T07:08:09.010Z'
  const stamp = { createdAt: time, updatedAt: time, rev: 1, incarnation: `like-${user}-${product}` }
  const { data, sides } = relationItems(
    LIKES,
    parts,
    {},
    { ...stamp, relationId: relationId('likes', parts) },
  )
  await put(shop.store, data, ...sides)
  return data
}

/** A deletion task whose statement has ended, as it is before anybody has noted that. */
async function ended(sql: string): Promise<string> {
  const { executionId } = await shop.sql.start({ sql, token: sql })
  while ((await shop.sql.execution(executionId))?.state === 'RUNNING') await sleep(10)
  expect(await shop.sql.execution(executionId)).toMatchObject({ state: 'SUCCEEDED' })
  const task = { id: executionId, operation: 'removeLikes', taskType: 'deletionTask' } as const
  await put(shop.store, newTaskItem(task, new Date().toISOString(), Math.ceil(Date.now() / 1000) + 600))
  return executionId
}

const LIKES_OF = (user: string) => `SELECT DISTINCT s3Key, relationId FROM likes WHERE userId = '${user}'`

it('is not cancelled any more once its rows are being removed', async () => {
  const data = await like('ada', 'p1')
  const taskId = await ended(LIKES_OF('ada'))
  let outcome: CancelOutcome | undefined
  const table: DeletionContext['table'] = {
    ...shop.store.table,
    async transact(writes) {
      outcome = await cancelTask(context, taskId)
      return shop.store.table.transact(writes)
    },
  }
  await runDeletion({ ...context, table }, { taskId })
  expect(outcome).toBe('deleting')
  expect(await shop.store.table.get(data)).toBeUndefined()
  expect(await shop.store.table.get(taskKey(taskId))).toMatchObject({
    taskStatus: 'SUCCEEDED',
    deletedCount: 1,
  })
})

it('removes nothing when it has been cancelled, whenever its message comes', async () => {
  const data = await like('bob', 'p1')
  const taskId = await ended(LIKES_OF('bob'))
  expect(await cancelTask(context, taskId)).toBe('cancelled')
  await runDeletion(context, { taskId })
  expect(await shop.store.table.get(data)).toEqual(data)
})

it('passes over the rows that an outer join has without a relation', async () => {
  await put(shop.store, entityItem('user', 'carol'), entityItem('user', 'dan'))
  const data = await like('carol', 'p1')
  const taskId = await ended(
    `SELECT DISTINCT a.s3Key, a.relationId FROM likes a RIGHT JOIN "user" u ON a.userId = u.id WHERE u.id IN ('carol', 'dan')`,
  )
  await runDeletion(context, { taskId })
  expect(await shop.store.table.get(data)).toBeUndefined()
  expect(await shop.store.table.get(taskKey(taskId))).toMatchObject({
    taskStatus: 'SUCCEEDED',
    deletedCount: 1,
  })
})

it('is worked on for one message, however many have seen its statement end', async () => {
  const data = await like('eve', 'p1')
  const taskId = await ended(LIKES_OF('eve'))
  const sent: DeletionMessage[] = []
  let together = 0
  const seers: DeletionContext = {
    ...context,
    queues: {
      deletion: {
        async send(message) {
          sent.push(message)
          together += 1
          // None of them notes what it has seen before all have sent their messages.
          while (together < 3) await sleep(1)
        },
      },
    },
  }
  await Promise.all([1, 2, 3].map(() => trackExecution(seers, taskId)))
  expect(new Set(sent.map(({ id }) => id)).size).toBe(3)
  let reads = 0
  const sql: DeletionContext['sql'] = {
    ...shop.sql,
    async results(id, page) {
      reads += 1
      return shop.sql.results(id, page)
    },
  }
  await Promise.all(sent.map((message) => runDeletion({ ...context, sql }, message)))
  expect(reads).toBe(2)
  expect(await shop.store.table.get(data)).toBeUndefined()
  expect(await shop.store.table.get(taskKey(taskId))).toMatchObject({
    taskStatus: 'SUCCEEDED',
    deletedCount: 1,
  })
})
