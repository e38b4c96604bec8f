import { SYSTEM_PREFIXES } from '../../model/keys.js'
import type { Rule } from './rule.js'

/** Names of types differ in more than case, and no entity is called like one of the system's key prefixes. */
export const tableNames: Rule = ({ all }, report) => {
  const seen = new Map<string, (typeof all)[number]>()
  for (const type of all) {
    if (type.duplicateOf) continue
    const table = type.name.toLowerCase()
    const first = seen.get(table)
    if (first) {
      report.error('OCG1035', type.nameNode, `Types ${first.name} and ${type.name} differ only in case.`, {
        hint: 'Rename one of them.',
        related: [{ message: `${first.name} is defined here.`, at: first.nameNode }],
      })
    } else seen.set(table, type)
    if (type.role === 'entity' && (SYSTEM_PREFIXES as readonly string[]).includes(table)) {
      report.error(
        'OCG1037',
        type.nameNode,
        `Entity ${type.name} can't have this name: the system's own keys begin with it.`,
        {
          hint: `Choose another name, such as ${type.name}Item or My${type.name}.`,
        },
      )
    }
  }
}
