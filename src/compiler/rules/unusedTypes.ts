import type { Schema } from '../schema.js'
import { namedType } from '../typeRef.js'
import type { Rule } from './rule.js'

/**
 * Warns of value types and response types that nothing uses: they are no part of the API. Silent in a schema with
 * errors, where the use may be what is wrong.
 */
export const unusedTypes: Rule = (schema, report) => {
  if (report.hasErrors()) return
  const used = usedTypes(schema)
  for (const type of schema.types.values()) {
    if (used.has(type.name)) continue
    if (type.role === 'value') {
      report.warn('OCG1048', type.nameNode, `Type ${type.name} is not used.`, {
        hint: 'Add id: ID! to store it on its own, use it as the type of a field, or mark it @task_response.',
      })
    } else if (type.role === 'response') {
      report.warn(
        'OCG1048',
        type.nameNode,
        `Type ${type.name} is marked @task_response, but no statement returns it.`,
        {
          hint: 'Return it from a field of Query, or remove it.',
        },
      )
    }
  }
}

/** Names of all types that fields of entities, statements and other used types have. */
function usedTypes(schema: Schema): ReadonlySet<string> {
  const used = new Set<string>()
  const queue = schema.all.filter(({ role }) => role !== 'value' && role !== 'response')
  for (let type = queue.pop(); type; type = queue.pop()) {
    const types = type.fields.flatMap((field) => [
      field.type,
      ...(field.arguments ?? []).map((one) => one.type),
    ])
    for (const node of types) {
      const name = namedType(node).name.value
      const next = schema.types.get(name)
      if (!next || used.has(name)) continue
      used.add(name)
      queue.push(next)
    }
  }
  return used
}
