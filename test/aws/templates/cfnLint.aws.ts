import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Deployed, deployed, musicShop } from '../../deploy/deployments.js'
import { pythonTools } from '../servers/pythonTools.js'

let bin: string
const made: Deployed[] = []

beforeAll(async () => {
  bin = await pythonTools()
}, 400_000)

afterAll(() => {
  for (const { folder } of made) folder.remove()
})

it.each([
  ['by default', {}],
  ['with everything on', { xray: true, alarms: { email: 'somebody@example.com' } }],
  ['with rows', { lake: { layout: 'rows' } }],
] as const)('finds nothing in the templates %s', async (_, config) => {
  const shop = deployed(await musicShop(), config)
  made.push(shop)
  expect(shop.stacks.length).toBeGreaterThan(10)
  expect(await lint(shop.stacks.map(({ file }) => join(shop.folder.path, file)))).toEqual([])
})

it('finds a fault', async () => {
  const shop = deployed(await musicShop())
  made.push(shop)
  const root = structuredClone(shop.stacks[0]?.template) as unknown as {
    Resources: Record<string, { Properties: Record<string, unknown> }>
  }
  const table = root.Resources.Table
  if (!table) throw new Error('The root has no table.')
  table.Properties.BillingMode = 'PAY_PER_REQUESTS'
  const file = join(shop.folder.path, 'faulty.template.json')
  writeFileSync(file, JSON.stringify(root))
  expect(await lint([file])).toContainEqual(expect.stringContaining("E3030 'PAY_PER_REQUESTS'"))
})

/** Errors and warnings of cfn-lint. */
async function lint(files: readonly string[]): Promise<string[]> {
  const args = ['--format', 'json', '--regions', 'eu-central-1', '--', ...files]
  const text = await new Promise<string>((resolve, reject) => {
    execFile(join(bin, 'cfn-lint'), args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      // It ends with the kinds of its findings as bits: 2, 4, 8.
      const failed = error && (typeof error.code !== 'number' || error.code === 1 || error.code >= 16)
      if (failed) reject(new Error(stderr))
      else resolve(stdout)
    })
  })
  const found = JSON.parse(text || '[]') as {
    Rule: { Id: string }
    Message: string
    Location: { Path?: unknown[] }
  }[]
  return found.map(({ Rule, Message, Location }) => `${Rule.Id} ${Message} (${Location.Path?.join('/')})`)
}
