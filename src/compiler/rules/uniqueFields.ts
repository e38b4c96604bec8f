import type { FieldDefinitionNode } from 'graphql'
import type { Rule } from './rule.js'

/**
 * No two fields of a type have the same name without regard to case, and none differs from `id`, `createdAt` or
 * `updatedAt` of its entity only in case.
 */
export const uniqueFields: Rule = ({ all, broken }, report) => {
  for (const type of all) {
    const seen = new Map<string, FieldDefinitionNode>()
    for (const field of type.fields) {
      const name = field.name.value
      const first = seen.get(name.toLowerCase())
      if (first) {
        const same = first.name.value === name
        const message = same
          ? `Field ${name} of ${type.name} is defined twice.`
          : `Fields ${first.name.value} and ${name} of ${type.name} differ only in case, which SQL does not tell apart.`
        report.error('OCG1032', field.name, message, {
          hint: 'Rename or remove one of them.',
          related: [{ message: `${first.name.value} is defined here.`, at: first.name }],
        })
        if (!same) broken.field(type.name, name)
        continue
      }
      seen.set(name.toLowerCase(), field)
    }
    if (type.role !== 'entity') continue
    for (const system of ['id', 'createdAt', 'updatedAt']) {
      const field = seen.get(system.toLowerCase())
      if (!field || field.name.value === system) continue
      // With an `id` beside it, that pair is reported above.
      if (type.fields.some(({ name }) => name.value === system)) continue
      report.error(
        'OCG1032',
        field.name,
        `Field ${field.name.value} of ${type.name} differs only in case from ${system}, which every entity has.`,
        {
          hint: `Rename it, or write it as ${system}.`,
        },
      )
      broken.field(type.name, field.name.value)
    }
  }
}
