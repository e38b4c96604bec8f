import type { Rule } from './rule.js'

/** No two types have the same name. */
export const uniqueTypes: Rule = ({ all }, report) => {
  for (const { duplicateOf, name, nameNode, role } of all) {
    if (!duplicateOf) continue
    report.error('OCG1031', nameNode, `Type ${name} is defined twice.`, {
      hint:
        role === 'enum' ? 'Rename or remove one of them.' : `To add fields, write: extend type ${name} { … }`,
      related: [{ message: `${name} is first defined here.`, at: duplicateOf.nameNode }],
    })
  }
}
