import { describe, expect, it } from 'vitest'
import { taskKey } from '../../../src/model/keys.js'
import type { Item } from '../../../src/ports/itemTable.js'
import { until } from '../../musicShop/shop.js'
import type { DeployedHost } from '../host/deployed.js'
import { faultTools, fieldOf } from './faultTools.js'

/** Faults that the layout `rows` has by itself: objects are named after rows, and are replaced. */
export function faultsOfRows(open: () => DeployedHost): void {
  const { table, create, diaries, letters, replay } = faultTools(open)

  describe('S3 fails for one key', () => {
    it('the others go on, that one becomes a dead letter, and a replay completes the lake', async () => {
      const host = open()
      host.ageRecords(120)
      host.setFault(({ service, method, url }) =>
        service === 's3' && method === 'PUT' && url.includes('/poisoned.parquet')
          ? { status: 503, body: '<Error><Code>SlowDown</Code></Error>' }
          : undefined,
      )
      for (const id of ['before', 'poisoned', 'after', 'later']) await create(id)
      await host.settle(120_000)
      expect(await diaries()).toEqual(expect.arrayContaining(['before', 'after', 'later']))
      expect(await diaries()).not.toContain('poisoned')
      const [letter, ...others] = await letters()
      expect(others).toEqual([])
      expect(letter).toMatchObject({ entityType: 'deadLetter' })

      host.setFault(undefined)
      host.ageRecords(0)
      await replay(letter as Item)
      expect(await diaries()).toContain('poisoned')
    })
  })

  it('a task whose lake changed under it is started again and keeps its id', async () => {
    const host = open()
    await host.api.execute(
      'mutation { createEverything(input: { id: "vanishing", text: "x", whole: 1 }) { id } }',
    )
    await host.settle()
    let changed = false
    host.onListed(async (name) => {
      if (name !== 'everything' || changed) return
      changed = true
      await host.api.execute('mutation { deleteEverything(id: "vanishing") { deleted } }')
      await host.settleStream()
    })
    const { data } = await host.api.execute('mutation { triggerTaskEverythingLater { taskId } }')
    const { taskId } = fieldOf(data, 'triggerTaskEverythingLater') as { taskId: string }
    const item = await until(
      () => table().get(taskKey(taskId)),
      (one) => one?.taskStatus !== 'RUNNING',
      120_000,
    )
    host.onListed(undefined)
    expect(item).toMatchObject({ taskStatus: 'SUCCEEDED', restarts: 1 })
    const result = await host.api.execute(
      'query ($taskId: ID!) { taskResultEverythingLater(taskId: $taskId) { taskStatus result { id } } }',
      { taskId },
    )
    expect(result.errors).toBeUndefined()
    const page = result.data?.taskResultEverythingLater as { result: { id: string }[] }
    expect(page.result.map(({ id }) => id)).not.toContain('vanishing')
  })
}
