import { typeText } from '../typeRef.js'
import type { Rule } from './rule.js'

/** A mutation returns `Boolean!` (INSERT) or `Boolean` (DELETE). Which of them is checked with the statement. */
export const mutationTypes: Rule = ({ all, broken }, report) => {
  for (const type of all) {
    if (type.role !== 'mutation') continue
    for (const field of type.fields) {
      const text = typeText(field.type)
      if (text === 'Boolean' || text === 'Boolean!') continue
      broken.field(type.name, field.name.value)
      report.error(
        'OCG1064',
        field.type,
        `Field ${field.name.value} of ${type.name} returns ${text}, but a mutation returns Boolean! (INSERT) or Boolean (DELETE).`,
        {
          hint: 'Write Boolean! for an INSERT, Boolean for a DELETE.',
        },
      )
    }
  }
}
