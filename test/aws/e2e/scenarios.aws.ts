import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEmbeddedHost, SCENARIO_SCHEMA } from '../../scenarios/embeddedHost.js'
import type { ScenarioHost } from '../../scenarios/scenarioHost.js'
import { SCENARIOS, tell } from '../../scenarios/scenarios.js'
import { type DeployedHost, openDeployed } from '../host/deployed.js'
import { faultsSuite } from './faults.js'
import { unpermittedCalls, unusedPermissions } from './privileges.js'
import { callsByKind, recordCalls } from './recordCalls.js'

let aws: DeployedHost
let embedded: Awaited<ReturnType<typeof openEmbeddedHost>>

/** Short times, so that what happens when they run out happens in a test. */
const CONFIG = {
  stream: { retries: 4 },
  queues: { maxReceiveCount: 2 },
  functions: {
    kinds: { cascadeListener: { timeoutSeconds: 60 }, deletionListener: { timeoutSeconds: 60 } },
    operations: { endless: { timeoutSeconds: 6 } },
  },
} as const

beforeAll(async () => {
  ;[aws, embedded] = await Promise.all([
    openDeployed('scenarios', SCENARIO_SCHEMA, CONFIG),
    openEmbeddedHost(),
  ])
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

it('each kind of function has made its calls', () => {
  const kinds = callsByKind(aws)
  // One call of the table for each operation on entities, however often functions run.
  expect(kinds.create?.calls).toEqual({ 'dynamodb:PutItem': expect.any(Number) })
  expect(kinds.read?.calls).toEqual({ 'dynamodb:GetItem': expect.any(Number) })
  for (const kind of ['create', 'read', 'update', 'delete'] as const) {
    const { invocations = 0, calls = {} } = kinds[kind] ?? {}
    expect(Object.values(calls).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(invocations)
  }
  if (process.env.OCG_RECORD_CALLS) recordCalls(aws, 'npm run test:aws, the stories that both hosts are told')
})

describe('when something fails', () => faultsSuite(() => aws, 'rows'))

describe('each role', () => {
  it('permits every call that its functions have made', () => {
    expect(aws.calls.length).toBeGreaterThan(1000)
    expect(unpermittedCalls(aws)).toEqual([])
  })

  it('permits nothing that they have not needed', () => {
    expect(unusedPermissions(aws)).toEqual([])
  })
})
