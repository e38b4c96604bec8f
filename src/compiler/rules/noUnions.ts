import type { Rule } from './rule.js'

/** There are no unions. */
export const noUnions: Rule = ({ definitions }, report) => {
  for (const node of definitions) {
    if (node.kind !== 'UnionTypeDefinition' && node.kind !== 'UnionTypeExtension') continue
    report.error('OCG1012', node.name, `Union ${node.name.value} is not possible: a column has one type.`, {
      hint: 'Use one type with nullable fields, and an enum that says which of them are set.',
    })
  }
}
