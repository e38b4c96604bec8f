import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deployProject } from '../../../src/cli/aws/deployProject.js'
import { processOutput } from '../../../src/cli/output.js'
import { resolveSettings } from '../../../src/deploy/config/resolveSettings.js'
import { writeStage } from '../../../src/deploy/stages.js'
import { compiled, type Deployed, deployed, musicShop } from '../../deploy/deployments.js'
import { ACCOUNT, type Moto, REGION, startMotoWithStandIns } from '../cli/motoWithStandIns.js'

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

it('takes in what was kept, also when it takes several stages', async () => {
  const project = await compiled('type User { id: ID! } type Post { id: ID! }', 'blog', false)
  const blog = deployed(project)
  const s3 = new S3Client({ endpoint: moto.endpoint, region: REGION, forcePathStyle: true })
  try {
    await s3.send(
      new CreateBucketCommand({
        Bucket: `ocg-blog-${ACCOUNT}`,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    )
    // As if there were so much in them that each nested stack takes a stage.
    const stacks = blog.stacks.map((stack, index) => (index === 0 ? stack : { ...stack, resources: 2000 }))
    const notes: string[] = []
    const output = { ...processOutput({ color: false }), note: (text: string) => void notes.push(text) }
    const { templates } = await deployProject({
      assembled: {
        project,
        settings: resolveSettings({}, project),
        synthesis: { ...blog, stacks },
      },
      out: blog.folder.path,
      before: undefined,
      adopts: true,
      account: ACCOUNT,
      output,
    })
    expect(notes).toContainEqual(expect.stringContaining('Step 2 of 2'))
    expect(Object.keys(templates).sort()).toEqual(['', ...stacks.slice(1).map(({ name }) => name)].sort())
  } finally {
    s3.destroy()
    blog.folder.remove()
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
