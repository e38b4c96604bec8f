import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '../model/keys.js'
import type { SynthesizedStack } from './synthesize.js'

/**
 * CloudFormation makes, changes or removes at most 2,500 resources in one operation on a stack with nested ones. Some are
 * left for what an operation changes besides.
 */
const MAX_NEW_RESOURCES = 2200

interface Sized {
  readonly name: string
  readonly resources: number
}

/**
 * In which operations a stack is deployed: for each the nested stacks that its template has, for `writeStage`. One, with all of them, unless more is new than one operation can make; then each takes the ones before it
 * along, and the last has all. `deployed` are the nested stacks that are there; `stacks` begins with the root.
 */
export function deploymentStages(
  [root, ...nested]: readonly Sized[],
  deployed: ReadonlySet<string>,
): readonly ReadonlySet<string>[] {
  const present = nested.map(({ name }) => name).filter((name) => deployed.has(name))
  const stages: Set<string>[] = [new Set(present)]
  let made = deployed.size === 0 ? (root?.resources ?? 0) : 0
  for (const { name, resources } of nested) {
    if (deployed.has(name)) continue
    const stage = stages.at(-1) as Set<string>
    if (made + resources > MAX_NEW_RESOURCES) {
      stages.push(new Set([...stage, name]))
      made = resources
    } else {
      stage.add(name)
      made += resources
    }
  }
  return stages
}

/**
 * Makes the assembly in the folder `out` one of a stage: its root has only the given nested stacks. `stacks` are all, as
 * they were synthesised. May be called again for the next stage; with every name it is the whole assembly again.
 */
export function writeStage(
  out: string,
  [root]: readonly SynthesizedStack[],
  only: ReadonlySet<string>,
): void {
  if (!root) throw new Error('invariant: an assembly has a root')
  const resources = Object.entries(root.template.Resources).filter(
    ([id, { Type }]) => Type !== 'AWS::CloudFormation::Stack' || only.has(id),
  )
  const text = JSON.stringify({ ...root.template, Resources: Object.fromEntries(resources) }, undefined, 1)
  writeFileSync(join(out, root.file), text)
  // The template is uploaded under the hash of its content, which manifest and list of files name.
  const manifest = readFileSync(join(out, 'manifest.json'), 'utf8')
  const hash = /"stackTemplateAssetObjectUrl": "[^"]*\/([0-9a-f]{64})\.json"/.exec(manifest)?.[1]
  if (hash === undefined) throw new Error("invariant: the manifest names the root's template")
  for (const file of ['manifest.json', `${root.name}.assets.json`]) {
    const path = join(out, file)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(hash, sha256Hex(text)))
  }
}
