import { isTimeToLive } from '../isTimeToLive.js'
import { typeText } from '../typeRef.js'
import type { Rule } from './rule.js'

/** Attributes of the system on every item, and columns of the system in the lake's batches. */
const SYSTEM_ATTRIBUTES = ['PK', 'SK', 'entityType', '_rev', '_incarnation', '_deleted', '_day'] as const

/** No field of an entity has the name of an attribute that the system stores beside it, or that DynamoDB acts on. */
export const attributeNames: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role !== 'entity') continue
    for (const { name, type: fieldType } of type.fields) {
      if (isTimeToLive(name.value, typeText(fieldType).replace(/!$/, ''))) {
        report.error(
          'OCG1038',
          name,
          `Field ${name.value} of ${type.name} is a number: on AWS, DynamoDB removes an item once the time in its attribute ${name.value} has come.`,
          { hint: 'Choose another name, such as endsAt, or the type AWSDateTime.' },
        )
      }
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
