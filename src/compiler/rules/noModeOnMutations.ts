import type { Rule } from './rule.js'

/** `mode` is for queries. */
export const noModeOnMutations: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role !== 'mutation') continue
    for (const field of type.fields) {
      const directive = field.directives?.find(({ name }) => name.value === 'sql_query')
      const mode = directive?.arguments?.find(({ name }) => name.value === 'mode')
      if (!mode) continue
      report.error(
        'OCG1062',
        mode,
        `Field ${field.name.value} of ${type.name} has a mode, but mode is for fields of Query.`,
        {
          hint: 'Remove mode: an INSERT answers directly, a DELETE is a task.',
        },
      )
    }
  }
}
