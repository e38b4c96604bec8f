import type { Rule } from './rule.js'

/** Attributes of the system on every item, and columns of the system in the lake's batches. */
const SYSTEM_ATTRIBUTES = ['PK', 'SK', 'entityType', '_rev', '_incarnation', '_deleted', '_day'] as const

/** No field of an entity has the name of an attribute that the system stores beside it. */
export const attributeNames: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role !== 'entity') continue
    for (const { name } of type.fields) {
      const system = SYSTEM_ATTRIBUTES.find((one) => one.toLowerCase() === name.value.toLowerCase())
      if (!system) continue
      report.error(
        'OCG1038',
        name,
        `Field ${name.value} of ${type.name} has the name of the attribute ${system}, which the system stores on every item.`,
        {
          hint: 'Choose another name.',
        },
      )
    }
  }
}
