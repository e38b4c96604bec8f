import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryStore } from '../../../test/store/temporaryStore.js'
import { taskKey } from '../../model/keys.js'
import type { DeletionMessage } from '../../ports/queue.js'
import { DEFAULT_RUNTIME_LIMITS, type DeletionContext } from '../context.js'
import { newTaskItem } from '../tasks/taskItem.js'
import { systemTime } from '../times.js'
import { runDeletion } from './deletionTask.js'

let store: Awaited<ReturnType<typeof temporaryStore>>

beforeAll(async () => {
  store = await temporaryStore()
})
afterAll(() => store.remove())

const HOUR = 60 * 60_000

/** A deletion whose statement has found rows that are gone from the table, while SQL still shows them. */
async function lateDeletion(startedAt: number) {
  const { table } = store.store
  const id = randomUUID()
  const item = newTaskItem({ id, operation: 'clear', taskType: 'deletionTask' }, systemTime(startedAt), 4e9)
  await table.write({ kind: 'put', item })
  const sent: DeletionMessage[] = []
  let isGone = false
  const context = {
    table,
    clock: { now: () => Date.now() },
    limits: DEFAULT_RUNTIME_LIMITS,
    queues: { deletion: { send: async (message: DeletionMessage) => void sent.push(message) } },
    sql: {
      execution: async () => ({ state: 'SUCCEEDED', finishedAt: systemTime(startedAt) }),
      results: async () => ({ columns: ['s3Key', 'relationId'], rows: [['tables/t/x.parquet#1', 'x']] }),
      waitUntilGone: async () => isGone,
    },
  } as unknown as DeletionContext
  return {
    run: (message: DeletionMessage = { taskId: id }) => runDeletion(context, message),
    sent,
    showRemoval: () => {
      isGone = true
    },
    status: async () => (await table.get(taskKey(id)))?.taskStatus,
  }
}

test('a deletion that SQL does not show yet goes on waiting by another message, without removing again', async () => {
  const deletion = await lateDeletion(Date.now())
  await deletion.run()
  expect(deletion.sent).toMatchObject([{ resume: { step: 'wait' } }])
  expect(await deletion.status()).toBe('RUNNING')
  deletion.showRemoval()
  await deletion.run(deletion.sent[0])
  expect(await deletion.status()).toBe('SUCCEEDED')
  expect(deletion.sent).toHaveLength(1)
})

test('a deletion that SQL has not shown for an hour fails, so that somebody hears of it', async () => {
  const deletion = await lateDeletion(Date.now() - HOUR)
  await expect(deletion.run()).rejects.toThrow('SQL still shows rows that task')
  expect(deletion.sent).toEqual([])
})
