import type { NameNode } from 'graphql'
import type { Rule } from './rule.js'

/** No two arguments of a field have the same name without regard to case. */
export const uniqueArguments: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role !== 'query' && type.role !== 'mutation') continue
    for (const field of type.fields) {
      const seen = new Map<string, NameNode>()
      for (const { name } of field.arguments ?? []) {
        const first = seen.get(name.value.toLowerCase())
        if (first) {
          const message =
            first.value === name.value
              ? `Argument ${name.value} of ${type.name}.${field.name.value} is defined twice.`
              : `Arguments ${first.value} and ${name.value} of ${type.name}.${field.name.value} differ only in case.`
          report.error('OCG1034', name, message, {
            hint: 'Rename or remove one of them.',
            related: [{ message: `${first.value} is defined here.`, at: first }],
          })
        } else seen.set(name.value.toLowerCase(), name)
      }
    }
  }
}
