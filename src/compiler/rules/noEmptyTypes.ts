import type { Rule } from './rule.js'

/** An object type has a field, an enum a value. */
export const noEmptyTypes: Rule = ({ all, unusable }, report) => {
  for (const type of all) {
    if (type.damaged || type.lostFields.length > 0 || unusable.has(type.name)) continue
    if (type.role === 'enum') {
      if (type.values.length > 0) continue
      report.error('OCG1044', type.nameNode, `Enum ${type.name} has no values.`, {
        hint: 'Add values, or remove the enum.',
      })
    } else if (type.fields.length === 0 && type.role !== 'subscription') {
      const isRoot = type.role === 'query' || type.role === 'mutation'
      report.error('OCG1044', type.nameNode, `Type ${type.name} has no fields.`, {
        hint: isRoot ? 'Add a statement, or remove the type.' : 'Add fields, or remove the type.',
      })
    }
  }
}
