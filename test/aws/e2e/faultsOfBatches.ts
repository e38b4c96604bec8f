import { describe, expect, it } from 'vitest'
import { keeperWorkgroupName } from '../../../src/model/functions.js'
import { taskKey } from '../../../src/model/keys.js'
import { until } from '../../musicShop/shop.js'
import type { DeployedHost } from '../host/deployed.js'
import { accessKeyOf, faultTools, fieldOf, functionEndingWith } from './faultTools.js'
import { awsLakeOf, keeperOf } from './lakeKeeper.js'

/** Faults that the layout `batches` has by itself: objects hold many rows, and a keeper works on them. */
export function faultsOfBatches(open: () => DeployedHost): void {
  const { table, create, diaries, letters, replay } = faultTools(open)

  describe('S3 takes no batches of one table', () => {
    it('the other tables go on, its changes become dead letters, and replays complete the lake', async () => {
      const host = open()
      await create('before')
      await host.settle(120_000)
      host.ageRecords(120)
      host.setFault(({ service, method, url }) =>
        service === 's3' && method === 'PUT' && url.includes('/batches/diary/')
          ? { status: 503, body: '<Error><Code>SlowDown</Code></Error>' }
          : undefined,
      )
      await create('refused')
      await host.api.execute('mutation { createShelf(input: { id: "beside", name: "beside" }) { id } }')
      await host.api.execute('mutation { createEverything(input: { id: "beside", text: "x" }) { id } }')
      await host.api.execute('mutation { putOnShelf(everythingId: "beside", shelfId: "beside") }')
      await create('too')
      await host.settle(180_000)
      expect(await diaries()).toContain('before')
      expect(await diaries()).not.toContain('refused')
      const { data } = await host.api.execute('{ shelved { shelfId } }')
      expect(fieldOf(data, 'shelved')).toContainEqual({ shelfId: 'beside' })
      const noted = await letters()
      expect(noted.map(({ subject }) => JSON.stringify(subject))).toEqual([
        expect.stringContaining('diary#'),
        expect.stringContaining('diary#'),
      ])

      host.setFault(undefined)
      host.ageRecords(0)
      for (const letter of noted) await replay(letter)
      expect(await diaries()).toEqual(expect.arrayContaining(['before', 'refused', 'too']))
      // A replay that comes again, and late, changes nothing.
      await keeperOf(host).fold()
      for (const letter of noted) await replay(letter)
      const shown = (await diaries()).filter((id) => ['before', 'refused', 'too'].includes(id))
      expect(shown).toEqual(['before', 'refused', 'too'])
    })
  })

  it('a statement reads on what it began with, while its rows go, are folded, and their batches leave the list', async () => {
    const host = open()
    const vanishing = 'createEverything(input: { id: "vanishing", text: "x", whole: 1 }) { id }'
    await host.api.execute(`mutation { ${vanishing} }`)
    await host.settle()
    const keeper = keeperWorkgroupName(host.project.name)
    let changed = false
    host.onStatement(async ({ sql, workgroup }) => {
      if (changed || workgroup === keeper || !sql.includes('everything')) return
      changed = true
      await host.api.execute('mutation { deleteEverything(id: "vanishing") { deleted } }')
      await host.settleStream()
      await keeperOf(host).fold()
    })
    const { data } = await host.api.execute('mutation { triggerTaskEverythingLater { taskId } }')
    const { taskId } = fieldOf(data, 'triggerTaskEverythingLater') as { taskId: string }
    const item = await until(
      () => table().get(taskKey(taskId)),
      (one) => one?.taskStatus !== 'RUNNING',
      120_000,
    )
    host.onStatement(undefined)
    expect({ changed, ...item }).toMatchObject({ changed: true, taskStatus: 'SUCCEEDED' })
    expect(item).not.toHaveProperty('restarts')
    const result = await host.api.execute(
      'query ($taskId: ID!) { taskResultEverythingLater(taskId: $taskId) { result { id } } }',
      { taskId },
    )
    expect(JSON.stringify(result.data)).toContain('"vanishing"')
    const now = await host.api.execute('{ everythingNow { id } }')
    expect(JSON.stringify(now.data)).not.toContain('"vanishing"')
  })

  it('a fold whose engine takes no statements is begun again, and nothing is lost or shown twice', async () => {
    const host = open()
    await create('folded-late')
    await host.settle(120_000)
    const before = await diaries()
    const key = accessKeyOf(host, functionEndingWith(host, '-lake-keeper'))
    host.setFault(({ service, operation, accessKeyId }) =>
      service === 'athena' && operation === 'StartQueryExecution' && accessKeyId === key
        ? { status: 400, body: '{"__type":"InvalidRequestException","Message":"Not today."}' }
        : undefined,
    )
    await host.functions.invoke(functionEndingWith(host, '-lake-keeper'), { wanted: 'fold' })
    const manifest = async () => (await awsLakeOf(host).manifests.read(['diary'])).get('diary')
    expect((await manifest())?.batches).not.toEqual([])
    expect(await diaries()).toEqual(before)
    host.setFault(undefined)
    await keeperOf(host).fold()
    expect((await manifest())?.batches).toEqual([])
    expect(await diaries()).toEqual(before)
  })
}
