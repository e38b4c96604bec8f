import type { Rule } from './rule.js'

/** There are no interfaces, and no type implements one. */
export const noInterfaces: Rule = ({ definitions, all }, report) => {
  for (const node of definitions) {
    if (node.kind !== 'InterfaceTypeDefinition' && node.kind !== 'InterfaceTypeExtension') continue
    report.error(
      'OCG1010',
      node.name,
      `Interface ${node.name.value} is not possible: each entity is a table of its own.`,
      {
        hint: 'Remove the interface and write its fields in each type.',
      },
    )
  }
  for (const type of all) {
    for (const name of type.interfaces) {
      report.error(
        'OCG1011',
        name,
        `Type ${type.name} implements ${name.name.value}, but there are no interfaces.`,
        {
          hint: `Remove "implements ${type.interfaces.map((one) => one.name.value).join(' & ')}".`,
        },
      )
    }
  }
}
