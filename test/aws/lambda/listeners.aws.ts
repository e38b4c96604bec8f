import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { relationId, relationSidePartition, taskKey } from '../../../src/model/keys.js'
import type { Item, Write } from '../../../src/ports/itemTable.js'
import { relationItems } from '../../../src/runtime/items/relationItems.js'
import { newTaskItem } from '../../../src/runtime/tasks/taskItem.js'
import { entityItem, LIKES } from '../../sql/testShop.js'
import { openProjectFunctionsTest, type ProjectFunctionsTest } from './projectFunctionsTest.js'

const NOW = '2024-05-06T07:08:09.010Z'
const LONG = { timeout: 40_000, interval: 100 }

let shop: ProjectFunctionsTest
beforeAll(async () => {
  shop = await openProjectFunctionsTest()
})
afterEach(() => shop.setFault(() => undefined))
afterAll(() => shop.close())

/** A relation as an INSERT makes it. */
function like(user: string, product: string, incarnation = `i-${user}`) {
  const parts = [
    { column: 'userId', entity: 'user', id: user, incarnation },
    { column: 'productId', entity: 'product', id: product, incarnation: `i-${product}` },
  ]
  const stamp = { createdAt: NOW, updatedAt: NOW, rev: 1, incarnation: `like-${user}-${product}` }
  return relationItems(LIKES, parts, {}, { ...stamp, relationId: relationId('likes', parts) })
}

async function insert(...relations: readonly ReturnType<typeof like>[]): Promise<void> {
  await Promise.all(
    relations.map(async ({ data, sides }) => {
      const writes = [data, ...sides].map((item): Write => ({ kind: 'put', item }))
      expect(await shop.table.transact(writes)).toEqual({ ok: true })
    }),
  )
}

async function sidesOf(entity: string, id: string): Promise<readonly Item[]> {
  return (await shop.table.query({ partition: relationSidePartition(entity, id), limit: 1000 })).items
}

async function lakeHas({ data }: ReturnType<typeof like>): Promise<boolean> {
  return shop.objects.exists(String(data.s3Key).split('#')[0] as string)
}

const all = (user: string, count: number) =>
  Array.from({ length: count }, (_, index) => like(user, `p-${user}-${index}`))

describe('the cascade listener', () => {
  it('removes every relation of a removed entity, from the table and from SQL', async () => {
    const relations = all('ada', 130)
    await shop.table.write({ kind: 'put', item: entityItem('user', 'ada') })
    await insert(...relations, like('bob', 'p-ada-1'))
    await vi.waitFor(async () => expect(await lakeHas(relations[129] as never)).toBe(true), LONG)
    await shop.table.write({ kind: 'delete', key: { PK: 'user#ada', SK: 'user#ada' } })
    await vi.waitFor(async () => expect(await sidesOf('user', 'ada')).toEqual([]), LONG)
    expect(await sidesOf('product', 'p-ada-0')).toEqual([])
    expect(await sidesOf('product', 'p-ada-1')).toMatchObject([{ entityType: 'joinRelation' }])
    await vi.waitFor(async () => {
      const there = await Promise.all(relations.map(lakeHas))
      expect(there.filter((one) => one)).toEqual([])
    }, LONG)
    expect(await lakeHas(like('bob', 'p-ada-1'))).toBe(true)
  })

  it('lets a body that is no message hold nobody up, and hands it to the dead-letter queue soon', async () => {
    await insert(like('eve', 'p1'))
    await shop.rawCascade.send('no message')
    await shop.rawCascade.send({ entityType: 'user', entityId: 7 })
    await shop.queues.cascade.send({ entityType: 'user', entityId: 'eve', incarnation: 'i-eve' })
    await vi.waitFor(async () => expect(await sidesOf('user', 'eve')).toEqual([]), LONG)
    const dead: unknown[] = []
    // Its visibility timeout is ten minutes: without the function's help it would take that long.
    await vi.waitFor(async () => {
      dead.push(...(await shop.takeDead('cascadeQueue')))
      expect(dead).toHaveLength(2)
    }, LONG)
    expect(dead).toContainEqual('no message')
  })

  it('leaves the relations of another incarnation', async () => {
    await insert(like('again', 'p1', 'second'))
    await shop.queues.cascade.send({ entityType: 'user', entityId: 'again', incarnation: 'first' })
    await shop.queues.cascade.send({ entityType: 'user', entityId: 'again', incarnation: 'none' })
    await insert(like('last', 'p1'))
    await shop.queues.cascade.send({ entityType: 'user', entityId: 'last', incarnation: 'i-last' })
    await vi.waitFor(async () => expect(await sidesOf('user', 'last')).toEqual([]), LONG)
    expect(await sidesOf('user', 'again')).toHaveLength(1)
  })
})

describe('the deletion listener', () => {
  async function startDeletion(user: string): Promise<string> {
    const sql = `SELECT DISTINCT "s3Key", "relationId" FROM likes WHERE "userId" = '${user}'`
    const { executionId } = await shop.sql.start({ sql, token: `delete-${user}` })
    await vi.waitFor(async () => {
      expect(await shop.sql.execution(executionId)).toMatchObject({ state: 'SUCCEEDED' })
    }, LONG)
    const task = { id: executionId, operation: 'removeLikes', taskType: 'deletionTask' } as const
    const now = new Date().toISOString()
    const item = { ...newTaskItem(task, now, Date.now() / 1000 + 600), phase: 'deletion' }
    await shop.table.write({ kind: 'put', item })
    await shop.queues.deletion.send({ taskId: executionId })
    return executionId
  }

  it('removes what the statement has found, and ends the task when SQL shows it no more', async () => {
    const relations = all('carol', 5)
    await insert(...relations)
    await vi.waitFor(async () => {
      expect((await Promise.all(relations.map(lakeHas))).every((one) => one)).toBe(true)
    }, LONG)
    const taskId = await startDeletion('carol')
    await vi.waitFor(async () => {
      expect(await shop.table.get(taskKey(taskId))).toMatchObject({ taskStatus: 'SUCCEEDED', phase: 'done' })
    }, LONG)
    expect(await shop.table.get(taskKey(taskId))).toMatchObject({ deletedCount: 5 })
    expect(await sidesOf('user', 'carol')).toEqual([])
    expect((await Promise.all(relations.map(lakeHas))).some((one) => one)).toBe(false)
  })

  it('ends a task as failed when its message has failed for the last time; a replay finishes it', async () => {
    await insert(like('dan', 'p1'))
    await vi.waitFor(async () => expect(await lakeHas(like('dan', 'p1'))).toBe(true), LONG)
    shop.setFault(({ method }) => (method === 'HEAD' ? { status: 403 } : undefined))
    const taskId = await startDeletion('dan')
    await vi.waitFor(async () => {
      expect(await shop.table.get(taskKey(taskId))).toMatchObject({ taskStatus: 'FAILED', phase: 'deletion' })
    }, LONG)
    const dead: unknown[] = []
    await vi.waitFor(async () => {
      dead.push(...(await shop.takeDead('deletionQueue')))
      expect(dead).toEqual([{ taskId }])
    }, LONG)
    shop.setFault(() => undefined)
    await shop.queues.deletion.send({ taskId })
    await vi.waitFor(async () => {
      expect(await shop.table.get(taskKey(taskId))).toMatchObject({
        taskStatus: 'SUCCEEDED',
        deletedCount: 1,
      })
    }, LONG)
    expect(await shop.table.get(taskKey(taskId))).not.toHaveProperty('error')
  })
})

describe('the execution tracker', () => {
  async function runTask(sql: string, options: { readonly stored?: boolean } = {}): Promise<string> {
    const { executionId } = await shop.sql.start({ sql, token: `${sql} ${Math.random()}` })
    await vi.waitFor(async () => {
      expect((await shop.sql.execution(executionId))?.state).not.toBe('RUNNING')
    }, LONG)
    if (options.stored !== false) await store(executionId)
    return executionId
  }

  async function store(id: string): Promise<void> {
    const task = { id, operation: 'getLikes', taskType: 'queryTask' } as const
    const item = newTaskItem(task, new Date().toISOString(), Math.ceil(Date.now() / 1000) + 600)
    await shop.table.write({ kind: 'put', item })
  }

  const statusOf = async (id: string) => (await shop.table.get(taskKey(id)))?.taskStatus
  const eventOf = (id: string) => {
    const found = shop.events.filter(({ detail }) => {
      const { queryExecutionId } = detail as Readonly<Record<string, unknown>>
      return queryExecutionId === id
    })
    return found.at(-1) as Readonly<Record<string, unknown>>
  }

  it('ends a task with its execution, whatever came of it', async () => {
    const good = await runTask('SELECT 1')
    const bad = await runTask('SELECT 1 / 0')
    for (const id of [good, bad]) {
      expect(await shop.invoke('executionTracker', eventOf(id))).toMatchObject({ ok: true })
    }
    expect(await statusOf(good)).toBe('SUCCEEDED')
    expect(await shop.table.get(taskKey(bad))).toMatchObject({
      taskStatus: 'FAILED',
      error: expect.stringContaining('ivision by zero'),
    })
  })

  it('waits for a task that is not stored yet', async () => {
    const id = await runTask('SELECT 2', { stored: false })
    const tracked = shop.invoke('executionTracker', eventOf(id))
    await new Promise((resolve) => setTimeout(resolve, 300))
    await store(id)
    expect(await tracked).toMatchObject({ ok: true })
    expect(await statusOf(id)).toBe('SUCCEEDED')
  })

  it('leaves other workgroups, other states and other events alone', async () => {
    const id = await runTask('SELECT 3')
    const event = eventOf(id)
    const detail = event.detail as Readonly<Record<string, unknown>>
    for (const other of [
      { ...event, detail: { ...detail, workgroupName: 'primary' } },
      { ...event, detail: { ...detail, currentState: 'RUNNING' } },
      { ...event, 'detail-type': 'Athena Engine Version Change' },
      { ...event, detail: null },
      {},
    ]) {
      expect(await shop.invoke('executionTracker', other)).toMatchObject({ ok: true })
    }
    expect(await statusOf(id)).toBe('RUNNING')
    // As the documentation shows a failed one: more fields than the others have.
    const failed = {
      ...detail,
      athenaError: { errorCategory: 2, errorType: 1306, retryable: false },
      extra: 1,
    }
    await shop.invoke('executionTracker', { ...event, detail: failed })
    expect(await statusOf(id)).toBe('SUCCEEDED')
  })

  it('finds at its schedule the tasks whose events got lost', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => runTask(`SELECT ${index + 10}`)))
    const gone = 'no-such-execution'
    await store(gone)
    expect(
      await shop.invoke('executionTracker', { 'detail-type': 'Scheduled Event', detail: {} }),
    ).toMatchObject({ ok: true })
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'SUCCEEDED'))
    expect(await shop.table.get(taskKey(gone))).toMatchObject({
      taskStatus: 'FAILED',
      error: 'The execution of this task is gone.',
    })
  })
})
