import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/cli/config/loadConfig.js'
import { projectOptions } from '../../src/cli/config/projectOptions.js'
import { ocg } from './ocg.js'
import { SCHEMA, workFolder } from './workFolder.js'

const TYPED = `
import { defineConfig } from 'oc-graphql'
const name: string = 'shop'
export default defineConfig({ name, file: ['schema.graphql'], xray: true })
`

describe('the configuration file', () => {
  test.each([
    ['ocg.config.ts', TYPED],
    ['ocg.config.mts', TYPED],
    ['ocg.config.js', "export default { name: 'shop', file: ['schema.graphql'], xray: true }"],
    ['ocg.config.mjs', "export default { name: 'shop', file: ['schema.graphql'], xray: true }"],
    ['ocg.config.json', '{ "name": "shop", "file": ["schema.graphql"], "xray": true }'],
  ])('%s is found and loaded', async (name, text) => {
    const loaded = await loadConfig(undefined, await workFolder({ [name]: text }))
    expect(loaded).toEqual({ file: name, config: { name: 'shop', file: ['schema.graphql'], xray: true } })
  })

  test('may be absent', async () => {
    expect(await loadConfig(undefined, await workFolder())).toEqual({ file: undefined, config: {} })
  })

  test.each([
    [{ 'ocg.config.json': '{ "nam": "shop", "xray": 1 }' }, undefined, 'ocg.config.json has 2 mistakes:'],
    [{ 'ocg.config.json': '{ "nam": "shop" }' }, undefined, '`nam` is not known. Did you mean `name`?'],
    [{ 'ocg.config.json': '{ "env": "Prod" }' }, undefined, '`env` must have 1 to 6 lower-case letters'],
    [
      { 'ocg.config.json': '{ nonsense' },
      undefined,
      "The configuration file ocg.config.json can't be loaded",
    ],
    [{ 'ocg.config.mjs': 'export default nothing' }, undefined, 'nothing is not defined'],
    [{}, 'other.json', 'The configuration file other.json does not exist.'],
  ] as const)('%j is explained', async (files, given, message) => {
    await expect(loadConfig(given, await workFolder(files))).rejects.toMatchObject({
      name: 'CliError',
      reason: 'input',
      message: expect.stringContaining(message),
    })
  })
})

describe('options of a command', () => {
  const config = '{ "name": "shop", "file": "schemas/a.graphql", "data": "data", "env": "test" }'

  test('are flags, then the configuration, relative to its folder', async () => {
    const folder = await workFolder()
    await mkdir(join(folder, 'sub'))
    await writeFile(join(folder, 'sub', 'ocg.config.json'), config)
    const path = join(folder, 'sub', 'ocg.config.json')
    const fromConfig = await projectOptions({ config: path })
    expect(fromConfig).toMatchObject({ name: 'shop-test', baseName: 'shop', env: 'test' })
    expect(fromConfig.folder).toBe(join(folder, 'sub', 'data'))
    expect(fromConfig.file?.[0]).toMatch(/sub\/schemas\/a\.graphql$/)
    const flags = await projectOptions({
      config: path,
      name: 'other',
      env: 'prod',
      file: ['b.graphql'],
      data: '/d',
    })
    expect(flags).toMatchObject({ name: 'other-prod', file: ['b.graphql'], folder: '/d' })
  })

  test('the environment is a part of the name, and of the data folder', async () => {
    expect(await projectOptions({ name: 'shop', env: 'prod' })).toMatchObject({
      name: 'shop-prod',
      folder: expect.stringMatching(/\.ocg\/shop-prod$/),
    })
    for (const env of ['', 'production', 'Prod', '1a', 'a-b']) {
      await expect(projectOptions({ name: 'shop', env })).rejects.toMatchObject({ reason: 'input' })
    }
  })
})

test('commands take the configuration, and a name of 24 characters with an environment of 6', async () => {
  const name = 'a-name-of-24-characters1'
  const cwd = await workFolder({
    'api.graphql': SCHEMA,
    'ocg.config.ts': `import { defineConfig } from 'oc-graphql'\nexport default defineConfig({ name: '${name}', file: 'api.graphql', env: 'stage1' })`,
    'schema.graphql': 'this is not the one',
  })
  const model = await ocg(['print', '--model'], { cwd })
  expect(model).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(model.stdout).name).toBe(`${name}-stage1`)
  const wrong = await ocg(['validate', '--env', 'production'], { cwd })
  expect(wrong).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("'production' can't be the name of an environment"),
  })
})
