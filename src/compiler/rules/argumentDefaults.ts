import { inputValue } from '../inputValue.js'
import { toTypeRef } from '../typeRef.js'
import type { Rule } from './rule.js'

/** The default of an argument is a value of its type. */
export const argumentDefaults: Rule = (schema, report) => {
  for (const type of schema.all) {
    if (type.role !== 'query' && type.role !== 'mutation') continue
    for (const field of type.fields) {
      for (const argument of field.arguments ?? []) {
        const ref = argument.defaultValue && toTypeRef(argument.type, schema)
        if (!argument.defaultValue || !ref) continue
        const result = inputValue(ref, argument.defaultValue, schema)
        if (result.ok) continue
        const place = `The default of argument ${argument.name.value} of ${type.name}.${field.name.value}`
        report.error('OCG1066', result.at, `${place} does not fit: ${result.message}`, { hint: result.hint })
      }
    }
  }
}
