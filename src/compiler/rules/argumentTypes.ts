import { isScalarName } from '../isScalarName.js'
import { namedType } from '../typeRef.js'
import { reportUnknownType } from './fieldTypes.js'
import type { Rule } from './rule.js'

/** Arguments are scalars, enums and lists of them. */
export const argumentTypes: Rule = (schema, report) => {
  for (const owner of schema.all) {
    if (owner.role !== 'query' && owner.role !== 'mutation') continue
    for (const field of owner.fields) {
      for (const argument of field.arguments ?? []) {
        const node = namedType(argument.type)
        const name = node.name.value
        const type = schema.types.get(name)
        if (isScalarName(name) || type?.role === 'enum' || type?.role === 'unknown') continue
        const place = `Argument ${argument.name.value} of ${owner.name}.${field.name.value}`
        if (!type) {
          if (!schema.unusable.has(name) && !schema.damaged)
            reportUnknownType(place, argument.type, schema, report)
          continue
        }
        report.error(
          'OCG1065',
          node,
          `${place} has the type ${name}, but arguments are scalars, enums and lists of them.`,
          {
            hint:
              type.role === 'entity'
                ? `Take the id: ${argument.name.value}Id: ID!`
                : `Take one argument for each field of ${name}.`,
            related: [{ message: `${name} is defined here.`, at: type.nameNode }],
          },
        )
      }
    }
  }
}
