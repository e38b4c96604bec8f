import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEmbeddedHost, SCENARIO_SCHEMA } from '../../scenarios/embeddedHost.js'
import type { ScenarioHost } from '../../scenarios/scenarioHost.js'
import { SCENARIOS, tell } from '../../scenarios/scenarios.js'
import { type DeployedHost, openDeployed } from '../host/deployed.js'

let aws: DeployedHost
let embedded: Awaited<ReturnType<typeof openEmbeddedHost>>

beforeAll(async () => {
  ;[aws, embedded] = await Promise.all([openDeployed('scenarios', SCENARIO_SCHEMA), openEmbeddedHost()])
})
afterAll(() => Promise.all([aws?.close(), embedded?.close()]))

describe('both hosts give the same answers', () => {
  it.each(SCENARIOS)('$name', async (scenario) => {
    const awsHost: ScenarioHost = { execute: aws.api.execute, settle: () => aws.settle() }
    const expected = await tell(scenario, embedded)
    expect(await tell(scenario, awsHost)).toEqual(expected)
  })

  it('and no expected failure has counted as a fault of a function', () => {
    expect(aws.functions.failures).toEqual([])
  })
})
