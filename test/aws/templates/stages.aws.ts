import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeStage } from '../../../src/deploy/stages.js'
import { type Deployed, deployed, musicShop } from '../../deploy/deployments.js'
import { type Moto, REGION, startMotoWithStandIns } from '../cli/motoWithStandIns.js'

let moto: Moto
let shop: Deployed
const before = { ...process.env }

beforeAll(async () => {
  moto = await startMotoWithStandIns()
  await moto.bootstrap()
  // The toolkit makes its clients of the environment, as every AWS tool does.
  Object.assign(process.env, moto.env)
  shop = deployed(await musicShop())
}, 400_000)

afterAll(async () => {
  for (const name of Object.keys(moto?.env ?? {})) {
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
  }
  shop?.folder.remove()
  await moto?.stop()
})

it('deploys an assembly in stages: what was made in one stays in the next', async () => {
  const nested = shop.stacks.slice(1).map(({ name }) => name)
  const stages = [new Set(nested.slice(0, 2)), new Set(nested.slice(0, 5)), new Set(nested)]
  let made = new Map<string, string>()
  for (const stage of stages) {
    writeStage(shop.folder.path, shop.stacks, stage)
    await deploy()
    const now = await nestedStacks()
    expect([...now.keys()].sort()).toEqual([...stage].sort())
    for (const [name, id] of made) expect(now.get(name)).toBe(id)
    made = now
  }
}, 300_000)

async function deploy(): Promise<void> {
  const { Toolkit, StackParameters } = await import('@aws-cdk/toolkit-lib')
  const toolkit = new Toolkit({
    ioHost: {
      notify: async () => undefined,
      requestResponse: async ({ defaultResponse }) => defaultResponse,
    },
  })
  await toolkit.deploy(await toolkit.fromAssemblyDirectory(shop.folder.path), {
    parameters: StackParameters.exactly({ ApiKeyExpires: '1893456000' }),
    deploymentMethod: { method: 'change-set' },
    stackEventPollingInterval: 50,
  })
}

/** Physical ids of the nested stacks by name. */
async function nestedStacks(): Promise<Map<string, string>> {
  const client = new CloudFormationClient({ endpoint: moto.endpoint, region: REGION })
  const found = new Map<string, string>()
  for await (const page of paginateListStackResources({ client }, { StackName: 'OcGraphql-shop' })) {
    for (const one of page.StackResourceSummaries ?? []) {
      if (one.ResourceType !== 'AWS::CloudFormation::Stack') continue
      found.set(one.LogicalResourceId ?? '', one.PhysicalResourceId ?? '')
    }
  }
  return found
}
