import type { Rule } from './rule.js'

/** Input types are generated, not declared. */
export const noInputTypes: Rule = ({ definitions }, report) => {
  for (const node of definitions) {
    if (node.kind !== 'InputObjectTypeDefinition' && node.kind !== 'InputObjectTypeExtension') continue
    report.error(
      'OCG1013',
      node.name,
      `Input type ${node.name.value} is not possible: the input types are generated.`,
      {
        hint: 'Remove it. Arguments of a statement are scalars, enums and lists of them.',
      },
    )
  }
}
