import { typeText } from '../typeRef.js'
import type { Rule } from './rule.js'

/** `createdAt` and `updatedAt` of an entity are AWSDateTime. */
export const systemTimes: Rule = ({ all, broken }, report) => {
  for (const type of all) {
    if (type.role !== 'entity') continue
    for (const field of type.fields) {
      const name = field.name.value
      if (name !== 'createdAt' && name !== 'updatedAt') continue
      const text = typeText(field.type)
      // A field of an entity type and the like are reported as that.
      if (text === 'AWSDateTime' || text === 'AWSDateTime!' || broken.isField(type.name, name)) continue
      report.error(
        'OCG1046',
        field.type,
        `${name} of ${type.name} has the type ${text}, but the system sets it as AWSDateTime!.`,
        {
          hint: `Write ${name}: AWSDateTime!, or remove the field: every entity has it.`,
        },
      )
    }
  }
}
