import type { Rule } from './rule.js'

/** Every field of Query and Mutation is a statement. */
export const everyFieldHasStatement: Rule = ({ all }, report) => {
  for (const type of all) {
    if (type.role !== 'query' && type.role !== 'mutation') continue
    for (const field of type.fields) {
      // A directive that is misspelt is reported as that.
      if ((field.directives ?? []).some(({ name }) => name.value !== 'deprecated')) continue
      report.error('OCG1060', field.name, `Field ${field.name.value} of ${type.name} has no @sql_query.`, {
        hint: 'Add @sql_query(query: "…"), or remove the field: reading and writing entities is generated.',
      })
    }
  }
}
