import { typeText } from '../typeRef.js'
import type { Rule } from './rule.js'

/** The `id` of an entity is `ID!`. */
export const idType: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role !== 'entity') continue
    const id = type.fields.find(({ name }) => name.value === 'id')
    if (!id || typeText(id.type) === 'ID!') continue
    report.error(
      'OCG1045',
      id.type,
      `The id of ${type.name} has the type ${typeText(id.type)}, but an id is ID!.`,
      {
        hint: `Write id: ID!, or rename the field if ${type.name} is a part of another type.`,
      },
    )
  }
}
