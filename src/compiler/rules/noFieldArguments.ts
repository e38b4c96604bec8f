import type { Rule } from './rule.js'

/** Only fields of Query and Mutation have arguments. */
export const noFieldArguments: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role === 'query' || type.role === 'mutation' || type.role === 'subscription') continue
    for (const field of type.fields) {
      const [first] = field.arguments ?? []
      if (!first) continue
      report.error(
        'OCG1047',
        first.name,
        `Field ${field.name.value} of ${type.name} has arguments, but it is a value and nothing to call.`,
        {
          hint: 'Remove the arguments, or make it a statement: a field of Query with @sql_query.',
        },
      )
    }
  }
}
