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
 * In which operations a stack is deployed: for each the nested stacks that its template has, to be given to `synthesize`
 * as `only`. One, with all of them, unless more is new than one operation can make; then each takes the ones before it
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
