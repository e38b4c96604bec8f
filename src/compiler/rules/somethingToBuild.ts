import type { Rule } from './rule.js'

/** There is an entity or a statement. */
export const somethingToBuild: Rule = ({ all, definitions }, report) => {
  const builds = all.some(({ role, fields }) => {
    if (role === 'entity' || role === 'unknown') return true
    return (role === 'query' || role === 'mutation') && fields.length > 0
  })
  // Where something is wrong, that may be why there is nothing.
  if (builds || report.hasErrors()) return
  const [first] = definitions
  const place = first ? { ...report.placeOf(first), length: 1 } : report.start()
  report.error('OCG1005', place, 'The schema has no entity and no statement, so there is no API to build.', {
    hint: 'Add an entity, for example: type User { id: ID! name: String }',
  })
}
