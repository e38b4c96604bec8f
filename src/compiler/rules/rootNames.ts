import type { Rule } from './rule.js'

/** A schema definition may only say what holds anyway. */
export const rootNames: Rule = ({ definitions, types }, report) => {
  for (const node of definitions) {
    if (node.kind !== 'SchemaDefinition' && node.kind !== 'SchemaExtension') continue
    for (const { operation, type } of node.operationTypes ?? []) {
      const name = type.name.value
      if (operation === 'subscription') {
        // Its type is reported where it is defined.
        if (types.get(name)?.role === 'subscription') continue
        report.error(
          'OCG1015',
          type,
          'The schema names a subscription type, but there are no subscriptions.',
          {
            hint: 'Remove it from the schema definition.',
          },
        )
        continue
      }
      const expected = operation === 'query' ? 'Query' : 'Mutation'
      if (name === expected) continue
      report.error(
        'OCG1016',
        type,
        `The ${operation} type is called ${name}, but it must be called ${expected}.`,
        {
          hint: `Rename type ${name} to ${expected}, and remove the schema definition.`,
        },
      )
    }
  }
}
