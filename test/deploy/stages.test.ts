import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploymentStages, writeStage } from '../../src/deploy/stages.js'
import { sha256Hex } from '../../src/model/keys.js'
import { type Deployed, deployed, musicShop } from './deployments.js'

describe('deploymentStages', () => {
  const root = { name: 'root', resources: 200 }
  const nested = Array.from({ length: 10 }, (_, index) => ({ name: `n${index}`, resources: 450 }))

  it('takes one operation for what fits into one, and for what is there', () => {
    expect(deploymentStages([root, ...nested.slice(0, 3)], new Set())).toEqual([new Set(['n0', 'n1', 'n2'])])
    const all = new Set(nested.map(({ name }) => name))
    expect(deploymentStages([root, ...nested], all)).toEqual([all])
  })

  it('makes no more at once than CloudFormation does, and takes along what is there', () => {
    const stages = deploymentStages([root, ...nested], new Set(['n9', 'gone']))
    expect(stages.map((stage) => [...stage].sort())).toEqual([
      ['n0', 'n1', 'n2', 'n3', 'n9'],
      ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n9'],
      ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8', 'n9'],
    ])
    expect(deploymentStages([root, ...nested], new Set())[0]).toEqual(new Set(['n0', 'n1', 'n2', 'n3']))
  })
})

describe('writeStage', () => {
  let shop: Deployed

  beforeAll(async () => {
    shop = deployed(await musicShop())
  })

  afterAll(() => shop.folder.remove())

  it('gives the root some of its nested stacks, and everything else, then all of them', () => {
    const nested = shop.stacks.slice(1).map(({ name }) => name)
    const some = new Set(nested.slice(0, 2))
    writeStage(shop.folder.path, shop.stacks, some)
    const all = Object.keys(shop.stacks[0]?.template.Resources ?? {})
    expect(rootResources()).toEqual(all.filter((id) => !nested.includes(id) || some.has(id)))
    writeStage(shop.folder.path, shop.stacks, new Set(nested))
    expect(rootResources()).toEqual(all)
  })

  /** Logical ids of the root as the toolkit reads it, once the manifest is found to be true. */
  function rootResources(): string[] {
    const root = new CloudAssembly(shop.folder.path).getStackByName('OcGraphql-shop')
    const text = readFileSync(join(shop.folder.path, root.templateFile), 'utf8')
    const hash = sha256Hex(text)
    expect(root.stackTemplateAssetObjectUrl).toContain(`/${hash}.json`)
    const list = JSON.parse(readFileSync(join(shop.folder.path, 'OcGraphql-shop.assets.json'), 'utf8'))
    expect(list.files[hash].source.path).toBe(root.templateFile)
    return Object.keys(root.template.Resources)
  }
})
