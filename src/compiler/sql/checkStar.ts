import type { Select } from '../../trino/ast.js'
import { problemAt, type SqlProblem } from './problem.js'
import type { Catalog } from './resolution.js'
import { lookUpRelation, type Scope } from './scope.js'

/**
 * A warning for a star that reads at least three times as many columns of the catalog's tables as the response takes:
 * a lake of columns is read faster and cheaper by naming few. Partition columns cost nothing.
 */
export function checkStars(
  select: Select,
  scope: Scope,
  { tables }: Catalog,
  /** Names of the fields that take columns, in lower case; undefined when the first column is all that is taken. */
  wanted: ReadonlySet<string> | undefined,
): SqlProblem[] {
  return select.items.flatMap((item, at) => {
    if (item.kind !== 'all') return []
    const relations = item.of
      ? item.of.kind === 'name'
        ? [lookUpRelation(scope, item.of.name.text)]
        : []
      : scope.relations
    const columns = relations.flatMap((relation) =>
      relation?.source === undefined ? [] : (tables.get(relation.source)?.columns ?? []),
    )
    const first = at === 0 ? 1 : 0
    const taken = wanted ? columns.filter(({ name }) => wanted.has(name.toLowerCase())).length : first
    if (columns.length === 0 || taken * 3 > columns.length) return []
    return {
      ...problemAt(
        item,
        'OCG2071',
        `The star reads ${columns.length} columns, of which the response takes ${taken}.`,
        'Name the columns that are needed.',
      ),
      severity: 'warning' as const,
    }
  })
}
