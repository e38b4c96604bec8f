import type { NameNode } from 'graphql'
import type { Rule } from './rule.js'

/** No two values of an enum have the same name, and none is called true, false or null. */
export const uniqueEnumValues: Rule = ({ all }, report) => {
  for (const type of all) {
    const seen = new Map<string, NameNode>()
    for (const { name } of type.values) {
      const first = seen.get(name.value)
      if (first) {
        report.error('OCG1033', name, `Value ${name.value} of ${type.name} is defined twice.`, {
          hint: 'Remove one of them.',
          related: [{ message: `${name.value} is first defined here.`, at: first }],
        })
      } else seen.set(name.value, name)
    }
  }
}
