import type { NameNode } from 'graphql'
import type { Rule } from './rule.js'

/** A statement is known by the name of its field, so Query and Mutation share one space of names. */
export const uniqueStatements: Rule = ({ all }, report) => {
  const queries = new Map<string, NameNode>()
  for (const type of all) {
    if (type.role === 'query') for (const { name } of type.fields) queries.set(name.value.toLowerCase(), name)
  }
  for (const type of all) {
    if (type.role !== 'mutation') continue
    for (const { name } of type.fields) {
      const query = queries.get(name.value.toLowerCase())
      if (!query) continue
      report.error('OCG1068', name, `Field ${name.value} of ${type.name} has the name of a field of Query.`, {
        hint: 'Rename one of them.',
        related: [{ message: `${query.value} of Query is defined here.`, at: query }],
      })
    }
  }
}
