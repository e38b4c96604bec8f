import type { NameNode } from 'graphql'
import { isScalarName } from '../isScalarName.js'
import type { Report } from '../report.js'
import type { Rule } from './rule.js'

/** Names with two underscores in front are GraphQL's, types called `AWS…` AppSync's, and scalars keep their names. */
export const reservedNames: Rule = ({ all }, report) => {
  for (const type of all) {
    checkUnderscores('type', type.nameNode, report)
    if (isScalarName(type.name)) {
      report.error('OCG1030', type.nameNode, `The name ${type.name} belongs to a built-in scalar.`, {
        hint: 'Choose another name.',
      })
    } else if (type.name.startsWith('AWS')) {
      report.error(
        'OCG1030',
        type.nameNode,
        `The name ${type.name} begins with "AWS", which AppSync keeps for its own types.`,
        {
          hint: 'Choose another name.',
        },
      )
    }
    for (const field of type.fields) {
      checkUnderscores('field', field.name, report)
      for (const argument of field.arguments ?? []) checkUnderscores('argument', argument.name, report)
    }
    for (const { name } of type.values) {
      checkUnderscores('enum value', name, report)
    }
  }
}

function checkUnderscores(kind: string, name: NameNode, report: Report): void {
  if (!name.value.startsWith('__')) return
  report.error(
    'OCG1030',
    name,
    `The ${kind} ${name.value} begins with "__", which GraphQL keeps for itself.`,
    {
      hint: 'Choose another name.',
    },
  )
}
