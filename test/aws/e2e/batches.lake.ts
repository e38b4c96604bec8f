import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEmbeddedHost, SCENARIO_SCHEMA } from '../../scenarios/embeddedHost.js'
import type { ScenarioHost } from '../../scenarios/scenarioHost.js'
import { SCENARIOS, tell } from '../../scenarios/scenarios.js'
import { type DeployedHost, openDeployed } from '../host/deployed.js'
import { faultsSuite } from './faults.js'
import { keeperOf } from './lakeKeeper.js'
import { unpermittedCalls } from './privileges.js'

let aws: DeployedHost
let embedded: Awaited<ReturnType<typeof openEmbeddedHost>>

const CONFIG = {
  lake: { layout: 'batches' },
  stream: { retries: 4 },
  queues: { maxReceiveCount: 2 },
  functions: {
    kinds: { cascadeListener: { timeoutSeconds: 60 }, deletionListener: { timeoutSeconds: 60 } },
    operations: { endless: { timeoutSeconds: 12 } },
  },
} as const

beforeAll(async () => {
  ;[aws, embedded] = await Promise.all([
    openDeployed('scenarios', SCENARIO_SCHEMA, CONFIG, { keeper: { pollMs: 200 } }),
    openEmbeddedHost(),
  ])
})
afterAll(() => Promise.all([aws?.close(), embedded?.close()]))

describe('layout batches gives the answers of the embedded host', () => {
  let stories = 0

  it.each(SCENARIOS)('$name', async (scenario) => {
    stories += 1
    // Every other story is folded whenever it pauses, so that its rows are in the base, in batches, or in both.
    const folds = stories % 2 === 0
    const awsHost: ScenarioHost = {
      execute: aws.api.execute,
      async settle() {
        await aws.settle(120_000)
        if (folds) await keeperOf(aws).fold()
      },
    }
    const expected = await tell(scenario, embedded)
    expect(await tell(scenario, awsHost)).toEqual(expected)
  })

  it('and no expected failure has counted as a fault of a function', () => {
    expect(aws.functions.failures).toEqual([])
  })
})

describe('when something fails', () => faultsSuite(() => aws, 'batches'))

it('each role permits every call that its functions have made', () => {
  expect(aws.calls.length).toBeGreaterThan(500)
  expect(unpermittedCalls(aws)).toEqual([])
})
